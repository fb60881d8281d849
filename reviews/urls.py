"""Reviews's pages."""

from django.urls import URLPattern, path

from reviews import check_urls
from reviews.views import (
    acts,
    answering,
    board,
    bulk,
    card,
    closing,
    home,
    hours,
    objecting,
    paper,
    returns,
    team_pdf,
    verify,
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
    path("cards/<uuid:public_id>/answer/", answering.answering, name="card_answer"),
    path("cards/<uuid:public_id>/comment/", card.comment, name="card_comment"),
    path("cards/<uuid:public_id>/paper/", paper.hand_over, name="card_paper"),
    path("cards/<uuid:public_id>/paper/<int:seq>/", paper.scan, name="card_scan"),
    path("month/", board.latest, name="board"),
    path("month/<uuid:public_id>/", board.board, name="board"),
    path("month/<uuid:public_id>/pdf/", team_pdf.team_file, name="team_pdf"),
    path("month/<uuid:public_id>/pdf/file/", team_pdf.fetch, name="team_pdf_fetch"),
    path("month/<uuid:public_id>/returns/", returns.returns, name="board_returns"),
    path("month/<uuid:public_id>/close/", closing.month_close, name="month_close"),
    path("month/<uuid:public_id>/do/<slug:act>/", bulk.bulk, name="board_act"),
    path("v/", verify.verify, name="verify"),
    path("v/<str:code>/", verify.verify, name="verify_code"),
    path("hours/", hours.shops, name="hours"),
    path("hours/<int:pk>/", hours.one, name="hours_of"),
    *check_urls.urlpatterns,
]
