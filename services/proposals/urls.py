"""URLs of proposals, with their whole paths and in the namespace of this app."""

from django.urls import path

from . import views

PROPOSAL_URLS = [
    # /proposals/
    path("proposals/", views.proposals, name="proposals"),
    path("proposals/new/", views.new_proposal, name="proposal-new"),
    path("proposals/<public_id:public_id>/", views.proposal_public, name="proposal-public"),
    path("proposals/<public_id:public_id>/follow/", views.follow_proposal, name="proposal-follow"),
    path("proposals/<public_id:public_id>/unfollow/", views.unfollow_proposal, name="proposal-unfollow"),
    path("proposals/join/<public_id:public_id>/<str:signature>/", views.join_proposal, name="proposal-join"),
    path(
        "proposals/join/<public_id:public_id>/<str:signature>/files/<public_id:file_id>/",
        views.join_file,
        name="proposal-join-file",
    ),
    path("proposals/unit/<public_id:public_id>/<str:signature>/", views.referral_page, name="referral"),
    path(
        "proposals/unit/<public_id:public_id>/<str:signature>/files/<public_id:file_id>/",
        views.referral_file,
        name="referral-file",
    ),
    # /services/proposals/
    path("services/proposals/figures/", views.proposal_figures_of_year, name="proposal-figures"),
    path("services/proposals/by-paper/", views.take_proposal, name="proposal-take"),
    path("services/proposals/<public_id:public_id>/", views.proposal_detail, name="proposal"),
    path("services/proposals/<public_id:public_id>/edit/", views.edit_proposal, name="proposal-edit"),
    path("services/proposals/<public_id:public_id>/submit/", views.submit_proposal, name="proposal-submit"),
    path("services/proposals/<public_id:public_id>/discard/", views.discard_proposal, name="proposal-discard"),
    path("services/proposals/<public_id:public_id>/withdraw/", views.withdraw_proposal, name="proposal-withdraw"),
    path("services/proposals/<public_id:public_id>/openness/", views.decide_openness, name="proposal-openness"),
    path("services/proposals/<public_id:public_id>/invitation/", views.renew_invitation, name="proposal-invitation"),
    path("services/proposals/<public_id:public_id>/joinable/", views.decide_joinable, name="proposal-joinable"),
    path("services/proposals/<public_id:public_id>/rate/", views.rate_answer, name="proposal-rate"),
    path("services/proposals/<public_id:public_id>/split/", views.split_proposal, name="proposal-split"),
    path(
        "services/proposals/<public_id:public_id>/files/<public_id:file_id>/remove/",
        views.remove_proposal_file,
        name="proposal-file-remove",
    ),
    # /services/cosigners/, /services/referrals/, /services/promises/
    path("services/cosigners/<public_id:public_id>/withdraw/", views.withdraw_cosigning, name="cosigner-withdraw"),
    path("services/cosigners/<public_id:public_id>/confirm/", views.confirm_cosigning, name="cosigner-confirm"),
    path("services/cosigners/<public_id:public_id>/show/", views.show_cosigner, name="cosigner-show"),
    path("services/referrals/<public_id:public_id>/renew/", views.renew_link, name="referral-renew"),
    path("services/referrals/<public_id:public_id>/revoke/", views.revoke_link, name="referral-revoke"),
    path("services/referrals/<public_id:public_id>/promise/", views.add_promise, name="referral-promise"),
    path("services/referrals/<public_id:public_id>/correct/", views.reopen_answer, name="referral-correct"),
    path(
        "services/referrals/<public_id:public_id>/correct/cancel/",
        views.cancel_correction,
        name="referral-correct-cancel",
    ),
    path("services/promises/<public_id:public_id>/reopen/", views.reopen_promise, name="promise-reopen"),
    # /me/
    path("me/proposals/", views.my_proposals, name="my-proposals"),
]
