{% macro sorted_proposals(level, own, settled_below=none) -%}
    {%- set contributors_needed = var('minimum_contributors') -%}
    select
        proposals.proposal_id,
        {% if settled_below %}
            proposals.digest - coalesce(proposals.earlier_digests[1], 0) - coalesce(below.news, 0) as news,
        {% else %}
            proposals.digest - coalesce(proposals.earlier_digests[1], 0) as news,
        {% endif %}
        coalesce(fresh.contributor_count, 0) as fresh_count,
        case
            when
                proposals.digest = any(proposals.earlier_digests)
                {% if settled_below %}
                    or proposals.digest - below.news = any(proposals.earlier_digests)
                {% endif %}
                or proposals.proposal_id not in (select {{ own }}.proposal_id from {{ own }})
                then 'known'
            when fresh.contributor_count >= {{ contributors_needed }} then 'fresh'
            else 'mixed'
        end as verdict
    from mean_proposals as proposals
    left join {{ own }} as fresh on proposals.proposal_id = fresh.proposal_id and fresh.atom_id is null
    {% if settled_below %}
        left join lateral (
            select sum(settled.news) as news
            from {{ settled_below }} as settled
            inner join mean_proposals as lower_proposals on settled.proposal_id = lower_proposals.proposal_id
            inner join cell_ancestors on lower_proposals.cell_key = cell_ancestors.cell_key
            where
                settled.is_released
                and lower_proposals.metric_name = proposals.metric_name
                and lower_proposals.period = proposals.period
                and cell_ancestors.ancestor_key = proposals.cell_key
        ) as below on true
    {% endif %}
    where proposals.level = {{ level }}
{%- endmacro %}
