-- up
set local old_snapshot_threshold to '1h';
