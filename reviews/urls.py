"""Reviews's pages."""

from django.urls import URLPattern, path

from reviews import check_urls
from reviews.views import (
    acts,
    answering,
    board,
    bulk,
    card,
    evidence,
    home,
    hours,
    objecting,
    second_look,
    team_pdf,
    versions,
)

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("cards/", card.cards, name="cards"),
    path("cards/<uuid:public_id>/", card.card, name="card"),
    path("cards/<uuid:public_id>/history/", card.history, name="card_history"),
    path("cards/<uuid:public_id>/versions/<int:number>/", card.version, name="card_version"),
    path("cards/<uuid:public_id>/versions/<int:number>/pdf/", card.pdf, name="card_pdf"),
    path("cards/<uuid:public_id>/do/<slug:name>/", acts.act, name="card_act"),
    path("cards/<uuid:public_id>/object/", objecting.objecting, name="card_object"),
    path("cards/<uuid:public_id>/object/draft/", objecting.keep_draft, name="card_object_draft"),
    path("cards/<uuid:public_id>/object/evidence/", evidence.add, name="card_evidence"),
    path("evidence/<uuid:public_id>/", evidence.fetch, name="evidence"),
    path("evidence/<uuid:public_id>/remove/", evidence.remove, name="evidence_remove"),
    path("cards/<uuid:public_id>/answer/", answering.answering, name="card_answer"),
    path("cards/<uuid:public_id>/answer/draft/", answering.keep_draft, name="card_answer_draft"),
    path("cards/<uuid:public_id>/answer/preview/", answering.preview, name="card_answer_preview"),
    path("cards/<uuid:public_id>/second-look/", second_look.second_look, name="card_second_look"),
    path("cards/<uuid:public_id>/versions/compare/", versions.compare, name="card_compare"),
    path("cards/<uuid:public_id>/comment/", card.comment, name="card_comment"),
    path("month/", board.latest, name="board"),
    path("month/<uuid:public_id>/", board.board, name="board"),
    path("month/<uuid:public_id>/pdf/", team_pdf.team_file, name="team_pdf"),
    path("month/<uuid:public_id>/pdf/file/", team_pdf.fetch, name="team_pdf_fetch"),
    path("month/<uuid:public_id>/do/<slug:act>/", bulk.bulk, name="board_act"),
    path("hours/", hours.shops, name="hours"),
    path("hours/<int:pk>/", hours.one, name="hours_of"),
    *check_urls.urlpatterns,
]
