with

shapes_fixture (kind, path, json_type, is_required) as (
    values
    ('listing', 'name', 'string', true),
    ('listing', 'price', 'number', false),
    ('listing', 'offers', 'array', false),
    ('listing', 'offers[]', 'object', true),
    ('listing', 'offers[].until', 'string', true),
    ('listing', 'offers[].note.text', 'string', true),
    ('listing', 'offers[].note', 'object', false),
    ('listing', 'tags', 'array', false),
    ('listing', 'tags[]', 'string', true),
    ('other', 'name', 'number', true)
),

fixture (case_name, kind, document, expected) as (
    values
    ('only what is required', 'listing', '{"name": "a"}'::jsonb, ''),
    ('everything', 'listing', '{
        "name": "a", "price": 0, "tags": ["x", "y"],
        "offers": [{"until": "x", "note": {"text": "x"}}, {"until": "y"}]
    }', ''),
    ('empty arrays', 'listing', '{"name": "a", "offers": [], "tags": []}', ''),
    ('the shape of its own type', 'other', '{"name": 1}', ''),
    ('the shape of another type', 'other', '{"name": "a"}', 'name'),
    ('nothing', 'listing', '{}', 'name missing'),
    ('a key too many', 'listing', '{"name": "a", "reason": "withheld"}', 'reason'),
    ('a number as text', 'listing', '{"name": "a", "price": "0"}', 'price'),
    ('null for unknown', 'listing', '{"name": "a", "price": null}', 'price'),
    ('a required null', 'listing', '{"name": null}', 'name'),
    ('one element without its key', 'listing', '{
        "name": "a", "offers": [{"until": "x"}, {}]
    }', 'offers[].until missing'),
    ('a nested object without its key', 'listing', '{
        "name": "a", "offers": [{"until": "x", "note": {}}]
    }', 'offers[].note.text missing'),
    ('an element of another type', 'listing', '{"name": "a", "tags": ["x", 1]}', 'tags[]'),
    ('an array in an array', 'listing', '{"name": "a", "tags": [["x"]]}', 'tags[], tags[][]'),
    ('an object for an array', 'listing', '{"name": "a", "offers": {"until": "x"}}', 'offers, offers.until'),
    ('no object', 'listing', '["name"]', ', []'),
    ('a type that nobody described', 'unknown', '{"name": "a"}', 'name')
),

failures as (
    {{ test_matches_shape('fixture', 'document', shapes='shapes_fixture', type_column='kind', keys=['case_name']) }}
)

select
    fixture.case_name,
    fixture.expected,
    coalesce(
        string_agg(
            failures.path || case failures.finding when 'missing' then ' missing' else '' end, ', '
            order by failures.path
        ),
        ''
    ) as observed
from fixture
left join failures on fixture.case_name = failures.case_name
group by fixture.case_name, fixture.expected
