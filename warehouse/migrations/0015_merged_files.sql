-- Merging makes files of 128 MB, not of DuckLake's 512 MB. It sorts what it merges, in memory: within the 1 GB that a writer
-- has, 250 MB of bodies could be merged and 500 MB could not, which left the articles of a lake of a million unmerged.
call lake.set_option('target_file_size', '128MB');
