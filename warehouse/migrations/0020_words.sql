-- word_count counts what is written without spaces too, as the rules of length do: each run of letters, and one for every two
-- letters of such a script. A Japanese article of 260 characters had 14 words, the runs between its punctuation.
comment on column lake.fact_article.word_count is 'Words of the body: runs of letters and digits, and one for every two letters of a script that puts no spaces between words (Chinese, Japanese, Thai, …)';
comment on column lake.ops.held.word_count is 'Words of the body, counted as in fact_article';

update lake.fact_article
set
    word_count = word_count + length(
        regexp_replace(body, '[^\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]+', '', 'g')
    ) // 2
where regexp_matches(body, '[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]');

update lake.ops.held
set
    word_count = word_count + length(
        regexp_replace(body, '[^\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]+', '', 'g')
    ) // 2
where regexp_matches(body, '[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]');
