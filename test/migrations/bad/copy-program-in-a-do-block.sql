-- up
do $$
begin
  execute 'copy countries to pro' || 'gram ''cat > /dev/null''';
end $$;
