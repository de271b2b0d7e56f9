-- A name without what two spellings of it differ in: case, white space, punctuation. Of a name without any letter or
-- digit it is the name.
create or replace temp macro folded(name) as coalesce(
    nullif(regexp_replace(lower(nfc_normalize(name)), '[^\p{L}\p{M}\p{N}]+', '', 'g'), ''),
    lower(name)
);
