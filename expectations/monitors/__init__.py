"""What is expected of a source or a feed, learned from its own past, and what is wrong with it now.

Pure arithmetic: arrays of the past and an ``as_of`` go in, findings come out; no clock, no database, no alert. Each
monitor learns (once a day is enough) and judges (as often as one likes):

==============  ======================================================================================
``rhythm``      when articles come: hours and weekdays, silent days, declared rhythms
``freshness``   a silence that is too long, and the time at which the next article is overdue
``volume``      too few or too many articles
``shares``      shares that fall or rise: fill rates, rejections, short bodies, learned blocks, repeats,
                late articles, dates in the future
``cuts``        what is short or late for a source
``fields``      field names of JSON inputs that appear, disappear or are renamed
``schedule``    runs that a cron schedule announced and that never started
``incidents``   findings become incidents that open once and close once
==============  ======================================================================================
"""
