-- Nobody supplies, buys from, partners with or belongs to itself.
-- NOT VALID, so that a table with offending rows stays in use; the bootstrap validates a rule once none is left.

alter table network_edges add constraint network_edges_no_self_edge
check (source_node_id <> target_node_id) not valid;
comment on constraint network_edges_no_self_edge on network_edges is
'A relationship has two sides; of an edge from a node to itself at least one is wrong.';
