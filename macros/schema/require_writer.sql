{% macro require_writer() %}
    {% if execute and target.role != 'blipee_writer' %}
        {{ exceptions.raise_compiler_error(
            'dbt builds as blipee_writer: write "role: blipee_writer" into profiles.yml, as profiles.example.yml has it') }}
    {% endif %}
{% endmacro %}
