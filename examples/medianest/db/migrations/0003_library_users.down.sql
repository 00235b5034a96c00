DROP TABLE activity, reviews, loans, members;
