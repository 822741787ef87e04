# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Three classifiers of handwritten digits, in a budget that has room for two.

They are trained first, and written to files. Each is loaded when it is needed; for the third,
that one goes whose load costs least for the time that nobody used it.
"""

import os
import sys
import tempfile

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import Mgr  # noqa: E402

try:
    import joblib
    from sklearn.datasets import load_digits
    from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
    from sklearn.neighbors import KNeighborsClassifier
except ImportError as error:
    print(f"This example trains its models: install python3-sklearn ({error})")
    sys.exit(77)

N_TRAINED = 1200

manager = Mgr.Manager.new("2 GiB")
budget = manager.add_component("classifiers", "56 MiB")
models = manager.get_models()


def train(folder):
    """Writes the classifiers into files of their names."""
    images, digits = load_digits(return_X_y=True)
    classifiers = {
        "forest": RandomForestClassifier(150, random_state=1),
        "trees": ExtraTreesClassifier(150, random_state=1),
        "neighbours": KNeighborsClassifier(3),
    }
    for name, classifier in classifiers.items():
        classifier.fit(images[:N_TRAINED], digits[:N_TRAINED])
        joblib.dump(classifier, os.path.join(folder, name))
    return images[N_TRAINED:], digits[N_TRAINED:]


def add(name, folder):
    def load():
        print(f"loading {name}")
        return joblib.load(os.path.join(folder, name))

    models.add(name, load, size="24 MiB", component=budget)


def read(name, images, digits):
    with models.use(name) as classifier:
        score = classifier.score(images, digits)
    print(f"{name} reads {score:.0%} of {len(digits)} digits")


with tempfile.TemporaryDirectory() as folder:
    unseen = train(folder)
    for name in ("forest", "trees", "neighbours"):
        add(name, folder)
    for name in ("forest", "trees", "forest", "neighbours", "forest"):
        read(name, *unseen)

for model in models:
    print(f"{model.get_name()}: {'there' if model.is_loaded() else 'gone'}, "
          f"loads: {model.get_statistics().n_loads}")
