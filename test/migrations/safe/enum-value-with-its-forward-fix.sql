-- up
alter type mood add value if not exists 'angry' before 'sad';
-- forward
update users set mood = 'sad' where mood::text = 'angry';
