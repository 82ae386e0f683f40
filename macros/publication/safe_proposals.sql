{% macro safe_proposals(sides) -%}
    {#- The worst sum in which one side of an atom stands holds the lighter side of every other one, and the second largest
        is the second of that side, or the one without whom the least is left of the others. -#}
    with

    lighter_sides as (
        select
            proposal_id,
            atom_id,
            min(contributor_count) as contributor_count,
            min(absolute_total) as absolute_total,
            min(absolute_total) - min(absolute_total - largest) as largest
        from {{ sides }}
        group by proposal_id, atom_id
    ),

    other_atoms as (
        select
            proposal_id,
            atom_id,
            sum(contributor_count) over (partition by proposal_id) as fewest_contributors,
            coalesce(sum(absolute_total) over others, 0) as absolute_total,
            coalesce(max(largest) over others, 0) as largest
        from lighter_sides
        window others as (
            partition by proposal_id rows between unbounded preceding and unbounded following exclude current row
        )
    ),

    worst_sums as (
        select
            sides.proposal_id,
            other_atoms.fewest_contributors,
            sides.absolute_total + other_atoms.absolute_total as absolute_total,
            sides.largest,
            greatest(sides.second_largest, other_atoms.largest) as second_largest,
            sides.largest_unknown,
            greatest(sides.largest, other_atoms.largest) as largest_beside_unknown
        from {{ sides }} as sides
        inner join other_atoms
            on sides.proposal_id = other_atoms.proposal_id and sides.atom_id is not distinct from other_atoms.atom_id
    )

    select proposal_id
    from worst_sums
    group by proposal_id
    having
        bool_and(
            fewest_contributors > 0
            and {{ is_safe_remainder('fewest_contributors', 'absolute_total', 'largest', 'second_largest') }}
            -- A value that is not known any more adds nothing to the sum, and may be its largest.
            and (
                largest_unknown is null
                or absolute_total - largest_beside_unknown >= {{ var('dominance_percent') }} / 100.0 * largest_unknown
            )
        )
{%- endmacro %}
