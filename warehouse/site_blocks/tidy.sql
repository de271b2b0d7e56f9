-- A line with its white space evened out, exactly as transforms.strip.lines.tidy does it; a test holds the two together.
create or replace temp macro tidy(line) as
    trim(regexp_replace(line, '[\s\x{0b}\x{1c}-\x{1f}\x{85}\p{Z}]+', ' ', 'g'))
