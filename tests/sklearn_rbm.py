#!/usr/bin/python3
"""A restricted Boltzmann machine by scikit-learn (BernoulliRBM) on its 8 x 8 digits, for the ctests "scikit-learn".

usage: sklearn_rbm.py train NAME    writes NAME.npz (weights), NAME_train.npy, NAME_test.npy (0 and 1) and NAME_exact.json:
                                    ln Z and the mean log-likelihood of the test data, summed over the hidden units
       sklearn_rbm.py likelihood NAME   NAME_likelihood.h5, of `gibbsite loglik`, has these numbers: exactly, and by
                                    annealing and tempering within 4.5 standard errors (a false alarm in 30,000 runs)
       sklearn_rbm.py check NAME    NAME.h5 holds the weights of NAME.npz and the base rates of NAME_train.npy
"""

import json
import sys

import numpy as np


def exact(weights, visible_bias, hidden_bias, data):
    """ln Z over all states of the hidden units, and the mean of ln p(data)."""
    count = len(hidden_bias)
    hidden = (np.arange(2**count)[:, None] >> np.arange(count) & 1).astype(float)
    log_z = np.logaddexp.reduce(
        hidden @ hidden_bias + np.logaddexp(0, visible_bias + hidden @ weights.T).sum(1))
    log_weight = data @ visible_bias + np.logaddexp(0, hidden_bias + data @ weights).sum(1)
    return {"log_z": log_z, "mean_log_likelihood": (log_weight - log_z).mean()}


def train(name):
    from sklearn.datasets import load_digits
    from sklearn.neural_network import BernoulliRBM

    data = (load_digits().data / 16 > 0.5).astype("u1")[np.random.RandomState(0).permutation(1797)]
    machine = BernoulliRBM(n_components=16, learning_rate=0.05, n_iter=20, random_state=0).fit(data[:1500])
    np.savez(name + ".npz", components_=machine.components_, intercept_visible_=machine.intercept_visible_,
             intercept_hidden_=machine.intercept_hidden_)
    np.save(name + "_train.npy", data[:1500])
    np.save(name + "_test.npy", data[1500:])
    with open(name + "_exact.json", "w") as out:
        json.dump(exact(machine.components_.T, machine.intercept_visible_, machine.intercept_hidden_, data[1500:]), out)


def check(name):
    import h5py

    with np.load(name + ".npz") as made, h5py.File(name + ".h5", "r") as model:
        assert model.attrs["model"] == "rbm"
        assert np.array_equal(model["weights_0/W"], made["components_"].T)
        assert np.array_equal(model["layer_0/bias"], made["intercept_visible_"])
        assert np.array_equal(model["layer_1/bias"], made["intercept_hidden_"])
        assert np.allclose(model["base_rates/mean"], np.load(name + "_train.npy").mean(0), rtol=0, atol=1e-14)
        assert model["base_rates"].attrs["samples"] == 1500


def likelihood(name):
    import h5py

    with open(name + "_exact.json") as file:
        known = json.load(file)
    with h5py.File(name + "_likelihood.h5", "r") as found:
        names = [n.decode() for n in found["free_energy/estimator"][()]]
        for estimator, log_z, error, trusted in zip(names, found["free_energy/log_z"], found["free_energy/log_z_error"],
                                                    found["free_energy/trusted"]):
            print(estimator, log_z, error, known["log_z"])
            assert trusted and abs(log_z - known["log_z"]) <= max(4.5 * error, 1e-9), estimator
            assert (error == 0) == (estimator == "exact") and error < 0.3, estimator
        assert names == ["exact", "ais", "ais_reverse", "ais_two_sided", "tempering"]
        assert abs(found["likelihood/mean"][()] - known["mean_log_likelihood"]) < 1e-9
        assert len(found["likelihood/log_likelihood"]) == 297


if __name__ == "__main__":
    steps = {"train": train, "check": check, "likelihood": likelihood}
    if len(sys.argv) != 3 or sys.argv[1] not in steps:
        sys.exit(__doc__)
    steps[sys.argv[1]](sys.argv[2])
