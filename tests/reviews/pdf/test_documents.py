"""Documents of cards: made once, kept whole, one file for a team."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import translation
from pypdf import PdfReader

from reviews.models import Card, Document
from reviews.pdf import files, merge, render
from reviews.pdf.documents import card_pdf
from reviews.services import team_pdf
from staff import jobs
from staff.models import Job, JobStep
from tests import factories
from tests.reviews import scored
from tests.reviews.pdf import samples

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.KEJI_VAR = tmp_path


@pytest.fixture
def team():
    return scored.team()


@pytest.fixture
def agents(team):
    return [
        factories.person(name, staff_no=number, unit=team.unit, position=team.position)
        for name, number in (("林晓芸", "KF-0127"), ("曾凯", "KF-0131"))
    ]


@pytest.fixture
def cards(team, agents):
    return [scored.published(team, agent) for agent in agents]


def printed(card, *, language="zh-hans", audience="money", hours=0):
    """The document of a card's current version, read afresh."""
    fresh = Card.objects.select_related("current").get(pk=card.pk)
    return card_pdf(
        fresh.current, language=language, audience=audience, at=scored.AT + timedelta(hours=hours)
    )


def text_of(content):
    """All text of a PDF, page by page, without white space."""
    return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(content)).pages]


def finish(job):
    """Work on a job in this process, as a worker does."""
    jobs.work(job.pk)
    job.refresh_from_db()
    return job


class TestOneCard:
    def test_it_is_one_row_and_the_same_bytes_later(self, cards):
        first = printed(cards[0])
        again = printed(cards[0], hours=50)
        assert again == first
        row = Document.objects.get()
        assert (row.code, row.audience, row.seq) == (first.code, "money", 2)
        assert row.sha256 == files.digest_of(first.content)
        assert first.code in text_of(first.content)[0]

    def test_drawn_again_it_is_byte_identical(self, cards):
        first = printed(cards[0])
        (files.folder() / f"{first.code}.pdf").unlink()
        assert printed(cards[0]).content == first.content
        assert Document.objects.count() == 1

    def test_a_damaged_file_is_drawn_again(self, cards):
        first = printed(cards[0])
        (files.folder() / f"{first.code}.pdf").write_bytes(first.content[:1000])
        assert printed(cards[0]).content == first.content

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_editions_have_their_own_code_and_only_one_has_money(self, cards, language):
        own = printed(cards[0], language=language)
        team = printed(cards[0], language=language, audience="team")
        assert own.code != team.code
        assert "1,620.00" in text_of(own.content)[0]
        assert "1,620.00" not in text_of(team.content)[0]

    def test_the_next_history_entry_makes_a_new_document(self, cards, agents):
        before = printed(cards[0])
        scored.act("confirm", cards[0], agents[0], hours=50)
        after = printed(cards[0])
        assert after.code != before.code
        assert Document.objects.count() == 2
        assert "待确认" in text_of(before.content)[0]
        assert "客服确认" in text_of(after.content)[0]

    def test_everybody_gets_their_own(self, cards):
        for card in cards:
            text = text_of(printed(card).content)[0]
            assert card.person.staff_no in text
            assert not any(other.person.staff_no in text for other in cards if other != card)


class TestFiles:
    def test_a_full_disk_leaves_nothing_behind(self, monkeypatch):
        def full(_handle):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(files.os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            files.store("card.pdf", b"content")
        assert list(files.folder().iterdir()) == []

    def test_what_was_stored_is_read_by_its_digest(self):
        files.store("card.pdf", b"content")
        assert files.read("card.pdf", digest=files.digest_of(b"content")) == b"content"
        assert files.read("card.pdf", digest=files.digest_of(b"other")) is None
        assert files.read("absent.pdf", digest="") is None


@pytest.mark.slow
class TestTeam:
    def start(self, team, person, *, language="zh-hans"):
        review = Card.objects.first().review
        return team_pdf.start_team_pdf(review, team.branch, by=person.users.get(), language=language)

    def file_of(self, person):
        return team_pdf.finished_file(Card.objects.first().review, by=person.users.get())

    def test_one_file_with_all_cards_in_order(self, team, cards):
        job = finish(self.start(team, team.supervisor))
        assert job.state == Job.State.DONE
        assert (job.done, job.total) == (3, 3)
        path = self.file_of(team.supervisor)
        assert job.result["file"] == path.name
        reader = PdfReader(path)
        assert [item.title for item in reader.outline] == ["林晓芸 KF-0127", "曾凯 KF-0131"]
        assert [("KF-0127" in text, "KF-0131" in text) for text in text_of(path.read_bytes())] == [
            (True, False),
            (False, True),
        ]
        assert job.result["sha256"] == files.digest_of(path.read_bytes())

    def test_supervisors_get_no_amounts_and_hr_does(self, team, cards):
        for person, told in ((team.supervisor, False), (team.hr, True)):
            finish(self.start(team, person))
            path = self.file_of(person)
            assert all(("1,620.00" in text) is told for text in text_of(path.read_bytes()))

    def test_pressed_twice_it_is_one_job(self, team, cards):
        assert self.start(team, team.hr) == self.start(team, team.hr)
        assert Job.objects.count() == 1

    def test_someone_elses_file_is_not_there(self, team, cards):
        finish(self.start(team, team.hr))
        assert self.file_of(team.hr) is not None
        assert self.file_of(team.supervisor) is None

    def test_killed_before_merging_it_ends_with_the_same_file(self, team, cards):
        whole = finish(self.start(team, team.hr))
        killed = self.start(team, team.hr)
        steps = JobStep.objects.filter(job=killed)
        step = jobs.claim(killed)
        assert step is not None
        team_pdf.take_step(step)
        steps.filter(seq=0).update(lease_until=scored.AT)
        resumed = finish(killed)
        assert resumed.state == Job.State.DONE
        assert resumed.result["sha256"] == whole.result["sha256"]
        assert Document.objects.count() == 2

    def test_a_card_returned_meanwhile_drops_out(self, team, cards):
        job = self.start(team, team.hr)
        scored.act("ask_return", cards[0], team.hr, hours=41, note="销售额有误")
        scored.act("return", cards[0], team.manager, hours=42)
        assert finish(job).result["cards"] == 1

    def test_nothing_submitted_is_said(self, team, agents):
        scored.card(team, agents[0])
        with translation.override("en"), pytest.raises(team_pdf.NothingToPrint, match="submitted yet"):
            self.start(team, team.hr)

    def test_an_agent_prints_at_most_the_own_card(self, team, agents, cards):
        assert finish(self.start(team, agents[0])).result["cards"] == 1


def test_merged_files_are_the_same_bytes():
    content = render.render_card(samples.card())
    other = render.render_card(replace(samples.card("en"), person="Zeng Kai"))
    parts = [merge.Part("一", content), merge.Part("二", other)]
    once = merge.merged(parts, title="售前二组", language="zh-Hans")
    assert merge.merged(parts, title="售前二组", language="zh-Hans") == once
    reader = PdfReader(BytesIO(once))
    assert len(reader.pages) == 2
    assert reader.trailer["/Root"]["/Lang"] == "zh-Hans"
    assert reader.metadata is not None
    assert reader.metadata.title == "售前二组"
