-- How many of the staged messages are new, edited, changed, unchanged and older?
SELECT verdict, count(*) FROM verdicts GROUP BY verdict;
