-- What a word is, for the index and for questions alike. A run of letters, marks and digits is a word, in lower case;
-- of a word in Latin letters the accents are dropped. Scripts that put no spaces between words (Chinese, Japanese, Thai,
-- Lao, Khmer, Burmese) are indexed by single characters and by pairs of neighbours, and asked for by pairs.

create or replace temp macro words_of(text) as
    string_split_regex(lower(text), '[^\p{L}\p{M}\p{N}]+');

create or replace temp macro is_unspaced(word) as
    regexp_matches(word, '[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]');

create or replace temp macro pairs_of(word) as
    list_transform(range(1, length(word)), lambda place: word[place : place + 1]);

create or replace temp macro plain_word(word) as
    case when regexp_full_match(word, '[\p{Latin}\p{M}\p{N}]+') then strip_accents(word) else word end;

-- A word of more than 64 characters that is written with spaces is no word but an address or encoded bytes.
create or replace temp macro index_terms(word) as
    case
        when is_unspaced(word) then list_distinct(string_split(word, '') || pairs_of(word))
        when length(word) <= 64 then [plain_word(word)]
        else []
    end;

create or replace temp macro asked_terms(word) as
    case
        when is_unspaced(word) and length(word) > 1 then list_distinct(pairs_of(word))
        else [plain_word(word)]
    end;
