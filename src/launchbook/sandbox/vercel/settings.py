"""Settings of projects: what there is, what may be said when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.sandbox.vercel.body import Fields
from launchbook.sandbox.vercel.faults import bad_request

if TYPE_CHECKING:
    from launchbook.sandbox.vercel.records import Json


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TEXT_LENGTH: Final = 256
"""Of commands and folders."""
FRAMEWORKS: Final = _words(
    """actix-web angular ash astro axum blitzjs brunch bun container
    create-react-app django docusaurus docusaurus-2 dojo eleventy elysia ember
    eve express factory-eve fastapi fasthtml fastify flask gatsby go gridsome h3
    hexo hono hugo hydrogen ionic-angular ionic-react jekyll koa mastra
    middleman nestjs nextjs nitro node nuxtjs parcel polymer preact python
    react-router redwoodjs remix ruby rust saber sanity sanity-v2 sapper scully
    services solidstart solidstart-1 stencil storybook svelte sveltekit
    sveltekit-1 tanstack-start tanstack-start-lovable umijs vite vitepress vue
    vuepress xmcp zola"""
)
"""The presets that the vendor's contract names."""
NODE_VERSIONS: Final = (
    *("24.x", "22.x", "20.x", "18.x"),
    *("16.x", "14.x", "12.x", "10.x"),
)
PROTECTIONS: Final = (
    "all",
    "preview",
    "prod_deployment_urls_and_all_previews",
    "all_except_custom_domains",
)
DEFAULTS: Final[Json] = {
    "autoAssignCustomDomains": True,
    "autoExposeSystemEnvs": True,
    "buildCommand": None,
    "commandForIgnoringBuildStep": None,
    "devCommand": None,
    "directoryListing": False,
    "framework": None,
    "gitForkProtection": True,
    "installCommand": None,
    "nodeVersion": "24.x",
    "outputDirectory": None,
    "publicSource": None,
    "rootDirectory": None,
    "sourceFilesOutsideRootDirectory": True,
    "ssoProtection": {"deploymentType": "all_except_custom_domains"},
}
"""A new project's settings."""
TEXTS: Final = frozenset(
    {
        "buildCommand",
        "commandForIgnoringBuildStep",
        "devCommand",
        "installCommand",
        "outputDirectory",
        "rootDirectory",
    }
)
ON_CREATE: Final = TEXTS | {
    *("environmentVariables", "framework", "name", "publicSource", "ssoProtection"),
    "gitRepository",
}
"""Fields of a new project; the automatic domains and Node's version come later."""
ON_UPDATE: Final = frozenset({"name", *DEFAULTS})
ON_DEPLOY: Final = TEXTS | {
    *("framework", "nodeVersion", "sourceFilesOutsideRootDirectory")
}
"""What an order for a deployment may say instead of the project."""
NOT_EMULATED: Final = _words(
    """autoAssignCustomDomainsUpdatedBy connectConfigurations
    customerSupportCodeVisibility deploymentPolicy dismissedToasts
    enableAffectedProjectsDeployments enableExternalRewriteCaching
    enablePreviewFeedback enableProductionFeedback gitLFS
    oidcTokenConfig optionsAllowlist passport passwordProtection
    previewDeploymentSuffix previewDeploymentsDisabled protectedSourcemaps
    resourceConfig sandbox serverlessFunctionRegion
    serverlessFunctionZeroConfigFailover skewProtectionAllowedDomains
    skewProtectionBoundaryAt skewProtectionMaxAge skipGitConnectDuringLink
    staticIps tracing trustedIps trustedSources"""
)
"""Fields that the vendor knows and that would do nothing here."""


def checked_settings(fields: Fields) -> Json:
    """Return those of a request's fields that are settings, checked.

    Raises:
        ApiError: 400.
    """
    for name in TEXTS:
        value = fields.optional_text(name)
        if value is not None and len(value) > TEXT_LENGTH:
            raise bad_request(
                f"`{name}` should NOT be longer than {TEXT_LENGTH} characters"
            )
    if fields.data.get("framework") is not None:
        fields.choice("framework", sorted(FRAMEWORKS))
    if "nodeVersion" in fields:
        fields.choice("nodeVersion", NODE_VERSIONS)
    for name, default in DEFAULTS.items():
        if isinstance(default, bool):
            fields.boolean(name, default=default)
    if protection := fields.mapping("ssoProtection"):
        Fields(protection, {"deploymentType"}).choice("deploymentType", PROTECTIONS)
    return {name: fields.data[name] for name in DEFAULTS if name in fields}
