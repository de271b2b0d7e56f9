-- The sentences of a text, in order: a list. A view writes it as a call, sentences(text), and views.py puts it there.
-- A sentence ends where a new one begins: with a capital, a letter of a script without any, or a digit. A space behind an
-- abbreviation ends none: it is kept for that long as a sign of no text, U+E000. Those of months are some before a day only.
list_filter(
    list_transform(
        string_split(
            regexp_replace(
                regexp_replace(
                    regexp_replace(
                        regexp_replace(
                            $text,
                            '(^|[\s("“„«‘])(Mr|Mrs|Ms|Messrs|Dr|Prof|St|Gen|Col|Maj|Lt|Capt|Cpl|Sgt|Adm|Cmdr|Supt|Insp|Sen|Rep|Gov|Rev|Hon|Nr|Hr|Fr|bzw|ca|Mme|Mlle|Sr|Sra|Srta|\p{Lu})\. +',
                            '\1\2.' || chr(57344),
                            'g'
                        ),
                        '(?i)(^|[\s("“„«‘])(jan|feb|febr|mar|apr|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez|janv|févr|juil|déc|no|art)\. +(\p{Nd})',
                        '\1\2.' || chr(57344) || '\3',
                        'g'
                    ),
                    '([.!?…]+["”’»)\]]*)[ \t]+(["“„«‘¿¡(\[]*[\p{Lu}\p{Lo}\p{Nd}])',
                    '\1' || chr(10) || '\2',
                    'g'
                ),
                '([。！？]+["”」』）]*)',
                '\1' || chr(10),
                'g'
            ),
            chr(10)
        ),
        lambda line: trim(replace(line, chr(57344), ' '))
    ),
    lambda line: line <> ''
)
