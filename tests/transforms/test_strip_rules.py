"""The rule files: stable ids, bounded patterns, folded patterns, and a hash that names this version."""

from __future__ import annotations

import functools
import re
import tomllib
from importlib import resources

import pytest

from transforms.strip.line import Form
from transforms.strip.lines import fold, form_of, has_bullet, make_line, split_lines
from transforms.strip.rules import _refuse_unbounded, rulebook

# These ids are stored with the spans that the rules cut: one may be added, none renamed.
IDS = {
    "ad.marker",
    "share.bar",
    "share.word",
    "comment.count",
    "comment.form",
    "newsletter.signup",
    "cookie.notice",
    "copyright.footer",
    "feed.footer",
    "link.more",
    "nav.word",
    "photo.credit",
    "reading.time",
    "listen.watch",
    "contact.tip",
}


def _file(name: str) -> dict[str, object]:
    return tomllib.loads(resources.files("transforms.strip").joinpath(name).read_text(encoding="utf-8"))


def test_rule_ids_are_unique_and_stay() -> None:
    lines = _file("rules.toml")["line"]
    assert isinstance(lines, list)
    ids = [entry["id"] for entry in lines]
    assert sorted(ids) == sorted(IDS)
    assert all(entry["why"] for entry in lines)


def test_an_unbounded_repeat_is_refused() -> None:
    with pytest.raises(ValueError, match="unbounded repeat"):
        _refuse_unbounded(["a+b"], "x")
    with pytest.raises(ValueError, match="unbounded repeat"):
        _refuse_unbounded(["a", ".*"], "x")
    _refuse_unbounded([r"\*\+ a{1,3}"], "x")


def test_every_expression_of_the_rules_compiles() -> None:
    book = rulebook()
    lazily = [name for name, value in vars(type(book)).items() if isinstance(value, functools.cached_property)]
    assert len(lazily) == 16
    for name in lazily:
        assert getattr(book, name)


def test_patterns_have_the_letters_of_the_folded_lines() -> None:
    book = rulebook()
    whole = [book.translation, book.original, book.not_article, book.perhaps_no_article, book.age]
    for pattern in [*(p for p, _ in book.patterns), *whole]:
        assert not re.search("[أإآٱةىیکёςß]", pattern.pattern), pattern.pattern[:80]
        assert re.sub(r"\\.", "", pattern.pattern).islower()


@pytest.mark.parametrize(
    "age",
    [
        "4 minutes ago",
        "1 hour ago",
        "an hour ago",
        "2 days ago",
        "Updated 3 hours ago",
        "5 min ago",
        "2h ago",
        "just now",
        "vor 4 Minuten",
        "vor einer Stunde",
        "vor 2 Tagen",
        "hace 3 horas",
        "hace un día",
        "il y a 2 jours",
        "il y a une heure",
        "il y a 5 min",
        "há 2 horas",
        "2 horas atrás",
        "2 ore fa",
        "un'ora fa",
        "3 uur geleden",
        "5 minuten geleden",
        "för 3 timmar sedan",
        "for 2 timer siden",
        "3 tuntia sitten",
        "3 godziny temu",
        "2 dni temu",
        "před 3 hodinami",
        "acum 2 ore",
        "2 órája",
        "πριν από 3 ώρες",
        "2 dakika önce",
        "5 минут назад",
        "час назад",
        "3 дня назад",
        "вчера, 14:05",
        "5 хвилин тому",
        "منذ 3 ساعات",
        "منذ ٣ دقائق",
        "قبل يومين",
        "منذ ساعة",
        "۳ ساعت پیش",
        "לפני 3 שעות",
        "3 घंटे पहले",
        "৩ ঘণ্টা আগে",
        "2 jam lalu",
        "2 giờ trước",
        "3 ชั่วโมงที่แล้ว",
        "3時間前",
        "5分前",
        "昨日",
        "3天前",
        "5 分钟前",
        "3시간 전",
        "gestern, 14:05 Uhr",
        "ieri",
        "ontem",
        "gisteren",
        "i går",
        "eilen",
        "wczoraj",
        "dün",
        "вчора",
        "دیروز",
        "אתמול",
        "어제",
    ],
)
def test_ages_are_known_in_many_languages(age: str) -> None:
    assert rulebook().is_age(fold(age))


@pytest.mark.parametrize(
    "text",
    [
        "4 minutes ago there were none",
        "The boat left 4 minutes ago.",
        "a minute",
        "vor 4 Minuten kam sie",
        "5 минут",
        "3時間前に出港した",
        "today is Friday",
        "4 minutes",
    ],
)
def test_what_only_holds_an_age_is_none(text: str) -> None:
    assert not rulebook().is_age(fold(text))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("The ferry has left the quay.", Form.PROSE),
        ("“The ferry has left.”", Form.PROSE),
        ("フェリーは出港した。", Form.PROSE),
        ("「出港した。」", Form.PROSE),
        ("غادرت العبارة الرصيف.", Form.PROSE),
        ("Has the ferry left?", Form.ASK),
        ("هل غادرت العبارة؟", Form.ASK),
        ("出港したのか？", Form.ASK),
        ("Ferry leaves the quay", Form.SHORT),
        ("Talks resume in the U.S.", Form.SHORT),
        ("The bird would not…", Form.CUT),
        ("The bird would not [...]", Form.CUT),
        ("word " * 60, Form.PROSE),
        ("Left. And then? Nobody knows", Form.SHORT),
        ("यह एक वाक्य है।", Form.PROSE),
    ],
)
def test_the_form_of_a_line_is_seen_in_any_script(text: str, form: Form) -> None:
    assert form_of(text.strip(), make_line(0, text.strip(), 0).weight) is form


def test_lines_know_their_span_gap_and_weight() -> None:
    text = "  Häfen \n\n \n\t港\n"
    lines = split_lines(text)
    assert [(text[line.start : line.end], line.gap, line.weight) for line in lines] == [("Häfen", 0, 5), ("港", 2, 3)]


@pytest.mark.parametrize(
    ("text", "is_item"),
    [
        ("- a ferry", True),
        ("• a ferry", True),
        ("1. A ferry", True),
        ("2) A ferry", True),
        ("3.5 metres", False),
        ("2025 was wet", False),
        ("a ferry", False),
        ("-", False),
    ],
)
def test_list_marks_are_known(text: str, is_item: bool) -> None:
    assert has_bullet(text) is is_item


def test_folding_evens_out_spelling_marks_and_decoration() -> None:
    assert fold("»  Recent  Posts: ") == "recent posts"
    assert fold("اقرأ أيضاً") == fold("اقرا ايضا")
    assert fold("Ещё новости") == fold("еще новости")
    assert fold("Ｒｅａｄ ｍｏｒｅ…") == "read more"


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("12 kommenttia", "comment.count"),
        ("5 hozzászólás", "comment.count"),
        ("Lämna en kommentar", "comment.count"),
        ("Αφήστε ένα σχόλιο", "comment.count"),
        ("মন্তব্য করুন", "comment.count"),
        ("Viết bình luận", "comment.count"),
        ("댓글 쓰기", "comment.count"),
        ("Schrijf je in voor onze wekelijkse nieuwsbrief", "newsletter.signup"),
        ("Prenumerera på vårt nyhetsbrev", "newsletter.signup"),
        ("Zapisz się do naszego newslettera", "newsletter.signup"),
        ("Přihlaste se k odběru našeho newsletteru", "newsletter.signup"),
        ("Iratkozzon fel hírlevelünkre", "newsletter.signup"),
        ("Εγγραφείτε στο newsletter μας", "newsletter.signup"),
        ("Bültenimize abone olun", "newsletter.signup"),
        ("Vi använder kakor för att mäta hur sidan används.", "cookie.notice"),
        ("Käytämme sivustolla evästeitä kävijämäärien mittaamiseen.", "cookie.notice"),
        ("Tento web používá k měření návštěvnosti soubory cookies.", "cookie.notice"),
        ("Weboldalunk a látogatottság mérésére sütiket használ.", "cookie.notice"),
        ("Acest site folosește module cookie pentru măsurători.", "cookie.notice"),
        ("Bu web sitesi ölçüm için çerez kullanır.", "cookie.notice"),
        ("این سایت برای سنجش بازدید از کوکی استفاده می‌کند.", "cookie.notice"),
        ("האתר משתמש לצורך מדידה בקובצי cookies בלבד.", "cookie.notice"),
        ("Situs ini menyimpan cookies untuk pengukuran.", "cookie.notice"),
        ("Trang web này lưu cookie để đo lường.", "cookie.notice"),
        ("본 웹사이트는 이용 현황을 재기 위해 쿠키를 사용합니다.", "cookie.notice"),
        ("Kaibladet 2025. Alla rättigheter förbehållna.", "copyright.footer"),
        ("Kaikki oikeudet pidätetään.", "copyright.footer"),
        ("Your email address will not be published. Required fields are marked *", "comment.form"),
        ("Deine E-Mail-Adresse wird nicht veröffentlicht.", "comment.form"),
        ("Votre adresse e-mail ne sera pas publiée. Les champs obligatoires sont indiqués avec *", "comment.form"),
        ("Ваш адрес email не будет опубликован. Обязательные поля помечены *", "comment.form"),
        ("لن يتم نشر عنوان بريدك الإلكتروني. الحقول الإلزامية مشار إليها بـ *", "comment.form"),
        ("メールアドレスが公開されることはありません。 ※ が付いている欄は必須項目です", "comment.form"),
        ("Η ηλ. διεύθυνση σας δεν δημοσιεύεται. Τα υποχρεωτικά πεδία σημειώνονται με *", "comment.form"),
        ("Save my name, email, and website in this browser for the next time I comment.", "comment.form"),
        ("Schreibe einen Kommentar", "comment.count"),
        ("分享", "share.bar"),
        ("Všechna práva vyhrazena.", "copyright.footer"),
        ("Minden jog fenntartva.", "copyright.footer"),
        ("Με επιφύλαξη παντός δικαιώματος.", "copyright.footer"),
        ("כל הזכויות שמורות", "copyright.footer"),
        ("सर्वाधिकार सुरक्षित", "copyright.footer"),
        ("Hak cipta dilindungi undang-undang.", "copyright.footer"),
    ],
)
def test_notices_are_known_in_the_languages_of_news(line: str, rule: str) -> None:
    assert rule in {found.id for found in rulebook().line_rules(fold(line))}


@pytest.mark.parametrize(
    "line",
    [
        "Die Stadt verkauft Kekse, und die Cookies sind schon am Mittag ausverkauft.",
        "De burgemeester schreef zich in voor de cursus knopen leggen.",
        "Kaupunki luopuu kaikista oikeuksistaan vanhaan satamaan.",
        "Het dorp kreeg 412 reacties op de plannen voor de nieuwe brug.",
        "Hatóság: minden jog a kikötőé, de a híd a városé marad.",
        "Your email address will not be published by us, the office wrote to the counters.",
        "Deine E-Mail-Adresse wird nicht veröffentlicht, versprach ihr das Amt.",
    ],
)
def test_sentences_about_such_things_are_no_notices(line: str) -> None:
    assert rulebook().line_rules(fold(line)) == ()
