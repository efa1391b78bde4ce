"""The page of the privacy rules (requirements P01, P02)."""

import pytest

from chengyang.platform.privacy import actions
from chengyang.platform.privacy.models import Purpose
from chengyang.platform.privacy.rules import parts, published_text

PAGE = "/privacy/"


def text_of(answer):
    return answer.content.decode()


def test_the_rules_are_public(client, rules):
    assert client.get(PAGE).status_code == 200


def test_without_rules_the_page_states_that_nothing_is_collected(client, db):
    assert "不收集任何个人信息" in text_of(client.get(PAGE))


def test_the_page_lists_every_purpose_with_categories_and_retention(client, rules):
    page = text_of(client.get(PAGE))
    assert all(
        words in page
        for purpose in Purpose.objects.all()
        for words in (purpose.text, purpose.categories, purpose.retention)
    )


def test_the_contact_is_the_one_of_the_settings(client, rules, settings):
    settings.SITE = {**settings.SITE, "contact": "0532-00000000"}
    assert "0532-00000000" in text_of(client.get(PAGE))


def test_without_a_contact_the_page_names_the_public_channels(client, rules, settings):
    settings.SITE = {**settings.SITE, "contact": ""}
    assert "以城阳区委统战部在区政府网站上公布的联系方式为准" in text_of(client.get(PAGE))


def test_the_newest_rules_are_shown_and_the_old_ones_stay(client, rules):
    actions.publish_policy("第二版的话", actor=None)
    assert "第二版的话" in text_of(client.get(PAGE))
    assert "已经不再适用" in text_of(client.get(f"{PAGE}1/"))


@pytest.mark.parametrize("version", ["0", "9", "99999999999999999999", "-1", "x"])
def test_an_unknown_version_is_404(client, rules, version):
    assert client.get(f"{PAGE}{version}/").status_code == 404


def test_the_page_accepts_no_post(client, rules):
    assert client.post(PAGE).status_code == 405


def test_rules_are_escaped(client, rules):
    actions.publish_policy("<script>x</script>", actor=None)
    assert "<script>x" not in text_of(client.get(PAGE))


def test_rules_have_headings_paragraphs_and_lists():
    first, second = parts("开头\n\n## 标题\n- 一\n- 二\n然后\n")
    assert (first.heading, first.blocks[0].text) == ("", "开头")
    assert (second.heading, second.blocks[0].items, second.blocks[1].text) == ("标题", ["一", "二"], "然后")


REFUSED = ["宗教信仰", "政治表现", "家庭成员", "位置", "人脸", "家庭经济", "社交媒体", "风险标记", "其他数据库比对"]


@pytest.mark.parametrize("words", ["退出不需要任何人批准", "撤回", "30 天内答复", "年满 18 岁", *REFUSED])
def test_the_first_rules_name_everything_that_is_refused(words):
    assert words in published_text(1)


def test_the_first_rules_contain_no_number_and_no_address():
    assert not any(mark in published_text(1) for mark in ("@", "http", "0532", "电话："))
