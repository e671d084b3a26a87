"""Files as people write them by hand. Each has `image.tag` with the value x, or an image without a tag."""

COMMENTS = """\
# top

#\ttab in a comment
image: # after the key
  # before
  repository: a/b   #after\t


  # gap
  tag: 'x' # t
  # end of the image
# before the next
b: 1 # last"""

WITH_TAG = {
    "comments, blank lines, no final newline": COMMENTS,
    "windows line ends": COMMENTS.replace("\n", "\r\n"),
    "line ends of an old Mac": "image:\r  tag: x\r",
    "a byte order mark": "\ufeffimage:\r\n  tag: x\r\n",
    "three spaces": 'a:\n   b:\n      - 1\n      -  c: 2\nimage:\n   repository:   "a"\n   tag:    x\n',
    "four spaces, then two": "image:\n    tag: x\nother:\n  a: 1\n",
    "an indented document": "---\n  # c\n  image:\n    tag: x\n  b: 1\n  # end\n",
    "lists at the key's column": "a:\n- b\n-   c: 1\n    d: 2\nimage:\n  tag: x\nl:\n    - 1\n",
    "a document start": "---\n# c\nimage:\n  tag: x\n",
    "a directive and a document end": "%YAML 1.1\n---\nimage:\n  tag: x\n...\n# after\n",
    "a flow mapping over lines": "image: {\n  repository: a, # c\n  tag: x,\n  }\nb: [1,\n 2]\n",
    "a document in one line": "--- {image: {tag: x}} # c\n",
    "JSON": '{\n  "image": {\n    "tag": "x"\n  },\n  "b": null\n}\n',
    "quoted keys": '"image":\n  \'tag\' : x\n  "repository" : a\n',
    "explicit keys": "? image\n: tag: x\n  repository: a\n",
    "a mapping with an anchor of its own": "image: &i # c\n  tag: x\nb: *b\n".replace("*b", "1"),
    "aliases and merge keys elsewhere": "d: &d {p: 1}\ne: *d\nimage:\n  <<: *d\n  tag: x\nf: [*d, *d]\n",
    "a value of many lines": 'image:\n  tag: x\nlong: word\n  word\n\n  word # c\nt: "a\\\n  b"\n',
    "block scalars around": "a: |+\n  x: 'y'\n\n\nimage:\n  tag: x\nb: >-\n   1\n\n   2\n",
    "a block scalar at the end, no newline": "image:\n  tag: x\nb: |\n  1",
    "the value a line below": "image:\n  tag: # why\n\n    x # c\n  e: 1\n",
    "tabs between tokens": "image:\t# c\n  tag:\tx\t# d\t\nb:\t1\n",
    "other scripts": "# Über 日本 \U0001f600\nname: Grüße # ä\nimage:\n  tag: x # ü\n",
    "long lines": f"# {'#' * 500}\nimage:\n  tag: x\nlong: {'word ' * 300}\n",
    "a tag of YAML's own": "image:\n  tag: !!str x\nb: 1\n",
    "the same keys elsewhere": "list:\n  - image:\n      tag: y\nimage:\n  tag: x\ntag: y\n",
}

WITHOUT_TAG = {
    "windows line ends": ("a: 1\r\nimage:\r\n  b: 1\r\n", 'image:\r\n  tag: "v"\r\n  b: 1\r\n'),
    "three spaces": ("image:\n   b: 1\n", 'image:\n   tag: "v"\n   b: 1\n'),
    "a comment above the first key": ("image:\n  # b\n  b: 1\n", 'image:\n  # b\n  tag: "v"\n  b: 1\n'),
    "explicit keys": ("image:\n  ? b\n  : 1\n", 'image:\n  tag: "v"\n  ? b\n  : 1\n'),
    "flow over lines": ("image: {\n  b: 1\n}\n", 'image: {tag: "v",\n  b: 1\n}\n'),
    "an empty mapping with a comment": ("image: { # c\n  }\n", 'image: {tag: "v" # c\n  }\n'),
    "JSON": ('{"image": {"b": 1}}', '{"image": {"tag": "v", "b": 1}}'),
    "no image in JSON": ('{"b": 1}', '{"image": {"tag": "v"}, "b": 1}'),
    "a merge key": ("d: &d {tag: y}\nimage:\n  <<: *d\n", 'image:\n  tag: "v"\n  <<: *d\n'),
    "no image": ("b: 1 # c\n# end\n\n\n", 'b: 1 # c\n# end\n\n\nimage:\n  tag: "v"\n'),
    "no image, windows": ("b: 1\r\n# end", 'b: 1\r\n# end\r\nimage:\r\n  tag: "v"\r\n'),
    "no image before a document end": ("b: 1\n...\n# c\n", 'b: 1\nimage:\n  tag: "v"\n...\n# c\n'),
    "no image, an indented document": ("  b: 1\n  c: 2\n", '  c: 2\n  image:\n    tag: "v"\n'),
    "no image, explicit keys": ("? b\n: 1\n", '? b\n: 1\nimage:\n  tag: "v"\n'),
    "no image, a block scalar at the end": ("b: |\n  x", 'image:\n  tag: "v"\nb: |\n  x'),
    "an empty document": ("---\n# c\n", '---\n# c\nimage:\n  tag: "v"\n'),
    "a value with a comment in its header": ("image:\n  tag: |- # c\n    x\n", 'image:\n  tag: "v" # c\n'),
    "a value of a windows block": ("image:\r\n  tag: >\r\n    x\r\n  b: 1\r\n", '  tag: "v"\r\n  b: 1\r\n'),
}
