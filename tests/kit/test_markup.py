"""Options of long lists."""

from app.kit import markup


def test_options_when_one_is_chosen_then_it_alone_is_selected():
    tags = markup.option_tags([("a", "甲"), (2, "乙")], "2")
    assert tags == ('<option value="a">甲</option><option value="2" selected>乙</option>')


def test_options_when_nothing_is_chosen_then_an_empty_value_is_not_selected():
    assert markup.option_tags([("", "—")], "") == '<option value="">—</option>'


def test_options_when_grouped_then_they_stand_in_their_group():
    tags = markup.option_tags([("制造业", [("C38", "电气")])], "C38")
    assert tags == (
        '<optgroup label="制造业"><option value="C38" selected>电气</option></optgroup>'
    )


def test_options_when_texts_are_hostile_then_they_stay_texts():
    tags = markup.option_tags([('"><script>', "<b>&")], "")
    assert tags == '<option value="&#34;&gt;&lt;script&gt;">&lt;b&gt;&amp;</option>'
