-- The documented UNIQUE (benchmark_type, industry, metric_name, period) lets the network-wide rows, whose industry is
-- NULL, repeat.
create unique index network_benchmarks_one_row_per_cell
on network_benchmarks (benchmark_type, industry, metric_name, period) nulls not distinct;
