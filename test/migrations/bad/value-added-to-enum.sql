-- up
alter type mood add value 'angry';
