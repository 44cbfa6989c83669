"""A small help center that the searcher's tests share: three languages, all audiences, every status."""

from __future__ import annotations

from tests.fakes import article

FILES = {
    "en/password.md": article(
        "Reset your password",
        "Choose a new password with the link that we send you. The link works for an hour.",
        tags="[login, account]",
        category="account",
        owner="Ada",
        updated="2026-03-01",
    ),
    "fr/password.md": article(
        "Réinitialiser le mot de passe",
        "Choisissez un nouveau mot de passe avec le lien que nous envoyons.",
        translation_of="en/password",
        tags="[login]",
        category="account",
        updated="2026-02-01",
    ),
    "tr/password.md": article(
        "Şifremi unuttum",
        "Size gönderdiğimiz bağlantı ile yeni bir şifre seçin.",
        translation_of="en/password",
        tags="[login]",
        category="account",
        updated="2026-02-15",
    ),
    "en/invoice.md": article(
        "Download an invoice",
        "Every invoice is in your account, under Billing.",
        tags="[billing]",
        category="billing",
        owner="Ben",
        updated="2026-01-15",
    ),
    "fr/invoice.md": article(
        "Télécharger une facture",
        "Chaque facture est dans votre compte, sous Facturation.",
        translation_of="en/invoice",
        tags="[billing]",
        category="billing",
        created="2025-12-01",
    ),
    "en/refund.md": article(
        "Get a refund", "A refund takes five days.", tags="[billing, orders]", category="orders", updated="2025-06-30"
    ),
    "tr/parcel.md": article("Kargom nerede", "Kargo iki gün içinde gelir.", tags="[orders]", category="orders"),
    "en/error.md": article(
        "Error E-1042", "The error E-1042 means that the card was refused.", category="billing", updated="2026-01-31"
    ),
    "en/refund-limits.md": article(
        "Refund limits",
        "A refund above 500 needs a second password check.",
        audience="agent",
        tags="[billing]",
        updated="2026-03-02",
    ),
    "en/vault.md": article(
        "Password vault", "The password of the vault is kept by Ada.", audience="internal", owner="Ada", tags="[login]"
    ),
    "fr/vault.md": article(
        "Coffre des mots de passe",
        "Le mot de passe du coffre est chez Ada.",
        audience="internal",
        translation_of="en/vault",
    ),
    "en/password-draft.md": article(
        "Password rules", "A password has twelve characters.", status="draft", tags="[login]"
    ),
    "en/password-old.md": article(
        "Passwords by post", "A password comes by post.", status="archived", updated="2019-01-01"
    ),
}

PUBLIC = [
    "en/error",
    "en/invoice",
    "en/password",
    "en/refund",
    "fr/invoice",
    "fr/password",
    "tr/parcel",
    "tr/password",
]
AGENTS = sorted([*PUBLIC, "en/refund-limits"])
INTERNAL = sorted([*AGENTS, "en/vault", "fr/vault"])
OWNERS = sorted([*INTERNAL, "en/password-draft", "en/password-old"])
VIEWS = {"public": PUBLIC, "agents": AGENTS, "internal": INTERNAL, "owners": OWNERS}
