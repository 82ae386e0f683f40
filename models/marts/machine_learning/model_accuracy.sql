with

predictions as (
    select * from {{ source('platform', 'ml_predictions') }}
),

models as (
    select * from {{ source('platform', 'ml_models') }}
),

read as (
    select
        organization_id,
        model_id,
        prediction_type,
        coalesce({{ json_number("prediction") }}, {{ json_number("prediction -> 'value'") }}) as predicted,
        coalesce({{ json_number("actual_value") }}, {{ json_number("actual_value -> 'value'") }}) as actual,
        prediction ->> 'unit' as predicted_unit,
        actual_value ->> 'unit' as actual_unit,
        jsonb_typeof(actual_value) <> 'null' as has_come_true
    from predictions
),

-- What is said in two units is not compared.
compared as (
    select
        organization_id,
        model_id,
        prediction_type,
        has_come_true,
        coalesce(predicted_unit, actual_unit) as unit,
        case
            when predicted_unit <> actual_unit then null
            else predicted - actual
        end as error
    from read
),

measured as (
    select
        organization_id,
        model_id,
        prediction_type,
        unit,
        count(*) as prediction_count,
        count(error) as scored_count,
        count(*) filter (where has_come_true and error is null) as unreadable_count,
        avg(abs(error)) as mean_absolute_error,
        sqrt(avg(power(error, 2))) as root_mean_square_error,
        avg(error) as bias
    from compared
    group by organization_id, model_id, prediction_type, unit
)

select
    measured.organization_id,
    measured.model_id,
    models.model_name,
    models.version,
    measured.prediction_type,
    measured.unit,
    case measured.scored_count
        when 0 then 'not_scored'
        when measured.prediction_count then 'scored'
        else 'partly_scored'
    end as status,
    measured.prediction_count,
    measured.scored_count,
    measured.unreadable_count,
    measured.prediction_count - measured.scored_count - measured.unreadable_count as unscored_count,
    measured.mean_absolute_error,
    measured.root_mean_square_error,
    measured.bias
from measured
left join models on measured.model_id = models.id
