"""The help center: front page, results, categories and articles, written on the server, complete without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from kb_search.browsing import articles_in, categories
from kb_search.config import Settings
from kb_search.events.state import State
from kb_search.filters import Condition
from kb_search.reading import canonical_of, read_article, similar
from kb_search.searcher import Searcher
from kb_search.service.access import Reader
from kb_search.service.holder import SearcherHolder
from kb_search.service.page_answers import fleeting_page, page_answer, redirect
from kb_search.service.pages import HelpCenter, Visit
from kb_search.web import home
from kb_search.web.article import RELATED, article_page
from kb_search.web.asked import PAGE_SIZE, Asked, read_asked
from kb_search.web.frame import home_address
from kb_search.web.home import Home, Topic, query_links
from kb_search.web.links import ArticleLink, canonical_address, is_ours, link_to, topic_address, whole
from kb_search.web.rendering import render
from kb_search.web.results import pages_of, results_page
from kb_search.web.topic import PAGE_SIZE as TOPIC_SIZE
from kb_search.web.topic import topic_page
