{%- set deepest = var('deepest_industry_level') | int -%}

with

mean_proposals as (
    select * from {{ ref('mean_proposals') }}
),

cell_ancestors as (
    select * from {{ ref('cell_ancestors') }}
),

open_{{ deepest }} as (
    select
        path,
        atom_id,
        contributor_count,
        absolute_total,
        largest,
        second_largest,
        largest_unknown,
        null::text as verdict
    from {{ ref('history_blocks') }}
),

-- From the lowest cells up; what a released proposal holds is no part of the block of those above it. Whatever is
-- worked out from all means ever released holds new values with their block or not at all, and of an atom all or
-- nothing, but for what a block cuts out of it. So it holds the new values of a block and one side of every atom that
-- the block cuts through: if these are k contributors and more, it may be told.
{% for level in range(deepest, -1, -1) %}
    own_{{ level }} as materialized (
        select
            (path ->> '{{ level }}')::bigint as proposal_id,
            atom_id,
            {{ merged_block('contributor_count', 'absolute_total', 'largest', 'second_largest') }},
            max(largest_unknown) as largest_unknown
        from open_{{ level }}
        where verdict is null and path ? '{{ level }}'
        group by path ->> '{{ level }}', atom_id
    ),

    -- What says what is known already, what speaks for enough new values, and what must cut through atoms instead.
    sorted_{{ level }} as materialized (
        {{ sorted_proposals(level, 'own_' ~ level, 'settled_' ~ (level + 1) if not loop.first) }}
    ),

    outside_{{ level }} as materialized (
        select
            blocks.atom_id,
            {{ merged_block(
                'blocks.contributor_count', 'blocks.absolute_total', 'blocks.largest', 'blocks.second_largest'
            ) }},
            max(blocks.largest_unknown) as largest_unknown
        from open_{{ level }} as blocks
        left join sorted_{{ level }} as sorted on (blocks.path ->> '{{ level }}')::bigint = sorted.proposal_id
        where blocks.atom_id is not null and coalesce(blocks.verdict, sorted.verdict, 'known') = 'known'
        group by blocks.atom_id
    ),

    sides_{{ level }} as materialized (
        {{ both_sides('sorted_' ~ level, 'own_' ~ level, 'outside_' ~ level) }}
    ),

    safe_{{ level }} as materialized (
        {{ safe_proposals('sides_' ~ level) }}
    ),

    settled_{{ level }} as materialized (
        select
            sorted.proposal_id,
            sorted.news,
            sorted.verdict,
            sorted.verdict = 'known' or safe.proposal_id is not null as is_released
        from sorted_{{ level }} as sorted
        left join safe_{{ level }} as safe on sorted.proposal_id = safe.proposal_id
        {% if not loop.first %}
            union all
            select * from settled_{{ level + 1 }}
        {% endif %}
    ){{ ',' if not loop.last }}

    {% if not loop.last %}
        open_{{ level - 1 }} as materialized (
            select
                blocks.path,
                blocks.atom_id,
                blocks.contributor_count,
                blocks.absolute_total,
                blocks.largest,
                blocks.second_largest,
                blocks.largest_unknown,
                coalesce(blocks.verdict, settled.verdict) as verdict
            from open_{{ level }} as blocks
            left join settled_{{ level }} as settled
                on settled.is_released and (blocks.path ->> '{{ level }}')::bigint = settled.proposal_id
        ),
    {% endif %}
{% endfor %}

select
    mean_proposals.cell_type,
    mean_proposals.cell_key,
    mean_proposals.metric_name,
    mean_proposals.period
from settled_0
inner join mean_proposals on settled_0.proposal_id = mean_proposals.proposal_id
where not settled_0.is_released
