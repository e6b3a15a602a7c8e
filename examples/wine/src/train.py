"""Trains a classifier on the wine data that scikit-learn carries, and says how good it is."""

import argparse
import json
from pathlib import Path

import joblib
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--metrics", type=Path, required=True)
    parser.add_argument("--trees", type=int, default=100)
    arguments = parser.parse_args()

    wine = load_wine()
    x_train, x_test, y_train, y_test = train_test_split(
        wine.data, wine.target, test_size=0.25, random_state=0, stratify=wine.target
    )
    model = RandomForestClassifier(n_estimators=arguments.trees, random_state=0).fit(x_train, y_train)
    accuracy = float(model.score(x_test, y_test))
    print(f"accuracy on {len(x_test)} wines it has not seen: {accuracy:.3f}")

    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    joblib.dump({"model": model, "cultivars": [str(name) for name in wine.target_names]}, arguments.out)
    arguments.metrics.write_text(json.dumps({"accuracy": accuracy, "trees": arguments.trees}) + "\n")


if __name__ == "__main__":
    main()
