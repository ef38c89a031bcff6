"""How the fields of the app itself are answered."""

from typing import Any

from connectors.standins.shopify.graph.registry import Context, answers, constants

answers("AccessScope", description=lambda one, _ctx: one["handle"].replace("_", " ").capitalize())


class _Installation:
    """The app in this store."""

    typename = "AppInstallation"

    def __init__(self, ctx: Context) -> None:
        self.id = ctx.shop.installation_id


def installation(_source: Any, ctx: Context, **_args: Any) -> Any:
    """currentAppInstallation; an app can see no other."""
    return _Installation(ctx)


def _scopes(handles: Any) -> list[dict[str, str]]:
    return [{"handle": handle} for handle in sorted(handles)]


answers(
    "AppInstallation",
    accessScopes=lambda _one, ctx: _scopes(ctx.granted),
    app=lambda _one, ctx: ctx.shop.state,
    launchUrl=lambda _one, ctx: f"{ctx.shop.web}/apps/{ctx.shop.state.client_id}",
    uninstallUrl=lambda _one, _ctx: None,
)
answers(
    "App",
    id=lambda _one, _ctx: "gid://shopify/App/1",
    apiKey=lambda one, _ctx: one.client_id,
    title=lambda one, _ctx: one.app_name,
    handle=lambda one, _ctx: one.app_name.lower(),
    webhookApiVersion=lambda one, _ctx: one.webhook_version,
    requestedAccessScopes=lambda one, _ctx: _scopes(one.scopes),
)
constants(
    "App",
    appStoreAppUrl=None,
    appStoreDeveloperUrl=None,
    description=None,
    developerName=None,
    developerType="PARTNER",
    embedded=True,
    features=[],
    installUrl=None,
    isPostPurchaseAppInUse=False,
    previouslyInstalled=False,
    pricingDetails=None,
    pricingDetailsSummary="",
    privacyPolicyUrl=None,
    publicCategory="OTHER",
    published=False,
    shopifyDeveloped=False,
    uninstallMessage="",
)
