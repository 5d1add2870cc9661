"""Addresses. None carries a name or a number of a person."""

from django.urls import include, path

from fanlight.web.api import api
from fanlight.web.views import sessions, specimen, worker

urlpatterns = [
    path("api/", api.urls),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("sessions/worker.js", worker.worker, name="worker"),
    path("sessions/<str:reference>/", sessions.session, name="session"),
    path("sessions/<str:reference>/live/", sessions.live, name="session_live"),
    path("sessions/<str:reference>/give/", sessions.give, name="session_give"),
    path("sessions/<str:reference>/leaving/", sessions.session, name="discharge"),
    path("specimen/", specimen.specimen, name="specimen"),
]
