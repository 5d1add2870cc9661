"""Addresses. None carries a name or a number of a person."""

from django.urls import include, path

from fanlight.web.api import api
from fanlight.web.views import specimen

urlpatterns = [
    path("api/", api.urls),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("specimen/", specimen.specimen, name="specimen"),
]
