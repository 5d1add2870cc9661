"""Addresses of the public part."""

from django.urls import path

from fanlight.web.evidence import views

urlpatterns = [
    path("", views.index, name="evidence"),
    path("read/", views.what_you_may_have_read, name="evidence_claims"),
    path("tables/", views.tables, name="evidence_tables"),
    path("studies/", views.study_rows, name="evidence_studies"),
    path("decide/", views.decide, name="evidence_decide"),
    path("check/", views.check, name="evidence_check"),
    path("sitemap.xml", views.sitemap, name="evidence_sitemap"),
    path("<slug:slug>/", views.condition, name="evidence_page"),
]
