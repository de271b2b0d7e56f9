"""Which blocks of a page, and which lines of a text without markup, are the article: a small trained classifier.

In goes a page cut into blocks, or a text cut into lines, out comes a probability each, and from them the choice.
The features are numpy over a group of pages at once, with loops that are compiled where they can be (``compiled/``);
the trees are data beside this file, made by ``training/``.
"""
