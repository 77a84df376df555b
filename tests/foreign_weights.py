#!/usr/bin/python3
"""Writes weights as numpy and the Python package rbms leave them, with energies, for tests/studies/models/test_import.cpp.

usage: foreign_weights.py FOLDER

For NAME.npz or NAME.h5, NAME_states.npy holds states (visible units, one-hot where categorical, then hidden ones) and
NAME_energies.npy their energies by the formulas of the weights' maker: of rbms, _compute_energy in */implement.py (GitHub,
DsysDML/rbms); with Gaussian hidden units, states of the visible units alone and -ln of the integral of exp(-E) over the
hidden ones, done numerically.
"""

import itertools
import json
import pickle
import sys

import h5py
import numpy as np

random = np.random.default_rng(5)


def all_states(units, values):
    return np.array(list(itertools.product(values, repeat=units)), dtype=float)


def joined(v, h):
    """Every v with every h, and their rows joined."""
    pairs = [(a, b) for a in v for b in h]
    return np.array([a for a, _ in pairs]), np.array([b for _, b in pairs]), np.array([np.r_[a, b] for a, b in pairs])


def energy(v, h, vbias, hbias, weights):
    return -v @ vbias - h @ hbias - np.einsum("si,ij,sj->s", v, weights, h)


def write_rbms(path, kind, updates):
    """As rbms.io.save_model and rbms.training.utils.create_machine do."""
    with h5py.File(path, "w") as f:
        f["hyperparameters/num_hiddens"] = 2
        f["hyperparameters/filename"] = path
        f["parallel_chains"] = np.zeros((3, 4), dtype="f4")
        f["model_type"] = kind
        for number, params in updates.items():
            checkpoint = f.create_group(f"update_{number}")
            group = checkpoint.create_group("params")
            for name, value in params.items():
                group[name] = value
                checkpoint[name] = group[name]
            checkpoint["torch_rng_state"] = np.zeros(8, dtype="u1")
            checkpoint["numpy_rng_arg0"] = "MT19937"
            checkpoint["time"] = 1.5
            checkpoint.create_group("flags")["checkpoint"] = True


def write_safetensors(path, arrays, types={}):
    """The header's length, the header, the arrays; bfloat16 is the upper half of float32."""
    codes = {"f8": "F64", "f4": "F32", "f2": "F16", "i8": "I64", "u1": "U8"}
    header, data = {"__metadata__": {"format": "pt", "a \"quoted\\ key": "\u00e9"}}, b""
    for name, array in arrays.items():
        code = types.get(name) or codes[array.dtype.str[1:]]
        raw = (array.astype("<f4").view("<u4") >> 16).astype("<u2").tobytes() if code == "BF16" else array.tobytes()
        header[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(len(text).to_bytes(8, "little") + text + data)


def write_julia(path, visible, hidden, w, extra={}):
    """As RestrictedBoltzmannMachinesHDF5.save_rbm does, whose axes HDF5 sees reversed. visible, hidden: type and
    (parameter, units...) in Julia's order; w: (visible..., hidden...) alike."""
    with h5py.File(path, "w") as f:
        f["rbm_hdf5_file_format_version"] = "1.0.0"
        f["rbm_type"] = "StandardizedRBM" if extra else "RBM"
        f["weights"] = w.T
        for side, (kind, par) in (("visible", visible), ("hidden", hidden)):
            f[f"{side}_type"], f[f"{side}_par"] = kind, par.T
        for name, array in extra.items():
            f[name] = array.T


def main(folder):
    def save(name, states, energies):
        np.save(f"{folder}/{name}_states.npy", states)
        np.save(f"{folder}/{name}_energies.npy", energies)

    def parameters(visible, hidden, dtype="f4"):
        return {"vbias": random.normal(size=visible).astype(dtype), "hbias": random.normal(size=hidden).astype(dtype),
                "weight_matrix": random.normal(size=(*np.atleast_1d(visible), hidden)).astype(dtype)}

    bits, spins, hot = (0, 1), (-1, 1), np.eye(3)
    one_hot = np.array([np.concatenate(rows) for rows in itertools.product(hot, repeat=2)])
    for kind, v, h, visible in (("BBRBM", all_states(4, bits), all_states(2, bits), 4),
                                ("IIRBM", all_states(4, spins), all_states(2, spins), 4),
                                ("PBRBM", one_hot, all_states(2, bits), (2, 3))):
        first, last = parameters(visible, 2), parameters(visible, 2)
        write_rbms(f"{folder}/{kind}.h5", kind, {1: first, 9: parameters(visible, 2), 10: last})
        vs, hs, states = joined(v, h)
        for name, p in ((kind, last), (f"{kind}_first", first)):
            p = {key: value.astype("f8") for key, value in p.items()}
            save(name, states, energy(vs, hs, p["vbias"].ravel(), p["hbias"], p["weight_matrix"].reshape(-1, 2)))

    for kind, values in (("BGRBM", bits), ("IGRBM", spins)):
        p = parameters(4, 3)
        write_rbms(f"{folder}/{kind}.h5", kind, {1: p})
        p = {key: value.astype("f8") for key, value in p.items()}
        v, h = all_states(4, values), np.linspace(-20, 20, 40001)
        t = p["hbias"] + v @ p["weight_matrix"]
        integrals = np.exp(t[:, :, None] * h - 0.5 * 4 * h**2).sum(2) * (h[1] - h[0])
        save(kind, v, -v @ p["vbias"] - np.log(integrals).sum(1))
    write_rbms(f"{folder}/BEBM.h5", "BEBM", {1: p})
    write_rbms(f"{folder}/shape.h5", "BBRBM", {1: {**p, "hbias": p["hbias"][:2]}})

    W, b, c = random.normal(size=(4, 2)), random.normal(size=4), random.normal(size=2)
    v, h, states = joined(all_states(4, bits), all_states(2, bits))
    save("binary", states, energy(v, h, b, c, W))
    np.savez(f"{folder}/binary.npz", W=W, b=b, c=c)
    ov, oh = random.uniform(size=4), random.uniform(size=2)  # Melchior, Fischer & Wiskott (2016), eq. 9
    save("centred", states, energy(v - ov, h - oh, b, c, W))
    np.savez(f"{folder}/centred.npz", W=W, b=b, c=c, ov=ov, oh=oh)
    np.savez(f"{folder}/half_centred.npz", W=W, b=b, c=c, ov=ov)
    save("half_centred", states, energy(v - ov, h, b, c, W))
    np.savez(f"{folder}/twins.npz", W=W, b=b, c=c, components_=W.T, intercept_visible_=b.astype("f4"), momentum=W, epoch=7)
    np.savez(f"{folder}/other_twin.npz", W=W, b=b, c=c, components_=1.1 * W.T)
    np.savez(f"{folder}/other_bias.npz", W=W, b=b, c=c, intercept_hidden_=c + 1)
    np.savez(f"{folder}/square.npz", W=W[:2], b=b[:2], c=c)
    np.savez(f"{folder}/square_sklearn.npz", components_=W[:2], intercept_visible_=b[:2], intercept_hidden_=c)
    np.savez(f"{folder}/transposed.npz", W=W.T, b=b, c=c)
    np.savez(f"{folder}/sklearn.npz", components_=W.T, intercept_visible_=b, intercept_hidden_=c)
    for name, array in (("W", W), ("b", b), ("c", c)):
        np.save(f"{folder}/{name}.npy", array)
    # As PyTorch's people name and turn them.
    np.savez(f"{folder}/torch.npz", W=W.T.astype("f4"), v_bias=b.astype("f4")[None], h_bias=c.astype("f4")[None])
    np.savez(f"{folder}/matrix.npz", weight_matrix=W, vbias=b, hbias=c)
    np.savez(f"{folder}/prefixed.npz", **{"rbm.W": W, "rbm.b": b, "rbm.c": c, "head.bias": c})
    np.savez(f"{folder}/two.npz", **{"one.weight": W, "other.weight": W, "b": b, "c": c})
    np.savez(f"{folder}/learnergy.npz", _W=W, _a=b, _b=c)
    np.savez(f"{folder}/hinton.npz", W=W, a=b, b=c)
    np.savez(f"{folder}/odd_names.npz", first=W.T, seen=b, b=c)
    np.savez(f"{folder}/square_torch.npz", weight=W[:2], v_bias=b[:2], h_bias=c)
    write_safetensors(f"{folder}/binary.safetensors", {"rbm.W": W, "rbm.v_bias": b, "rbm.h_bias": c})
    half = [x.astype("f2") for x in (W, b, c)]
    save("half", states, energy(v, h, *[x.astype("f8") for x in half[1:] + half[:1]]))
    np.savez(f"{folder}/half.npz", W=half[0], b=half[1], c=half[2])
    write_safetensors(f"{folder}/half.safetensors", dict(zip("Wbc", half), step=np.array(7)))
    brief = [(x.astype("f4").view("u4") & 0xFFFF0000).view("f4") for x in (W, b, c)]
    save("brief", states, energy(v, h, *[x.astype("f8") for x in brief[1:] + brief[:1]]))
    write_safetensors(f"{folder}/brief.safetensors", dict(zip("Wbc", brief)), dict.fromkeys("Wbc", "BF16"))
    write_safetensors(f"{folder}/eight_bits.safetensors", dict(zip("Wbc", (W, b, c))), {"W": "F8_E4M3"})

    v, h, states = joined(all_states(4, spins), all_states(2, spins))
    save("spin", states, energy(v, h, b, c, W))
    write_julia(f"{folder}/julia_spin.h5", ("Spin", b[None]), ("Spin", c[None]), W)
    gamma = np.array([0.5, -2, 3, 1])
    for name, kind, values in (("julia_hopfield", "Spin", spins), ("julia_binary_gaussian", "Binary", bits)):
        write_julia(f"{folder}/{name}.h5", (kind, b[None]), ("Gaussian", np.stack([c, gamma[:2]])), W)
        v, h = all_states(4, values), np.linspace(-40, 40, 80001)
        t = c + v @ W
        integrals = np.exp(t[:, :, None] * h - 0.5 * np.abs(gamma[:2])[:, None] * h**2).sum(2) * (h[1] - h[0])
        save(name, v, -v @ b - np.log(integrals).sum(1))
    v, h, states = joined(random.normal(size=(10, 4)), all_states(2, bits))
    save("julia_gaussian", states, (np.abs(gamma) * v**2 / 2 - b * v).sum(1) - h @ c - np.einsum("si,ij,sj->s", v, W, h))
    write_julia(f"{folder}/julia_gaussian.h5", ("Gaussian", np.stack([b, gamma])), ("Binary", c[None]), W)
    sv, sh = random.uniform(0.5, 2, size=4), random.uniform(0.5, 2, size=2)
    plane = {"offset_v": ov.reshape(2, 2, order="F"), "offset_h": oh, "scale_v": sv.reshape(2, 2, order="F"), "scale_h": sh}
    v, h, states = joined(all_states(4, bits), all_states(2, bits))
    save("julia_standard", states, -v @ b - h @ c - np.einsum("si,ij,sj->s", (v - ov) / sv, W, (h - oh) / sh))
    write_julia(f"{folder}/julia_standard.h5", ("Binary", b.reshape(1, 2, 2, order="F")), ("Binary", c[None]),
                W.reshape(2, 2, 2, order="F"), plane)
    write_julia(f"{folder}/julia_relu.h5", ("Binary", b[None]), ("xReLU", np.stack([c] * 4)), W)
    write_julia(f"{folder}/julia_shape.h5", ("Binary", b[None]), ("Binary", c[None]), W.T)

    sigma = np.array([0.5, 1, 2, 0.25])
    v, h, states = joined(random.normal(size=(10, 4)), all_states(2, bits))
    quadratic = ((v - b) ** 2 / (2 * sigma**2)).sum(1)
    save("gaussian", states, quadratic - h @ c - np.einsum("si,ij,sj->s", v / sigma**2, W, h))
    np.savez(f"{folder}/gaussian.npz", W=W, b=b, c=c, sigma=sigma)
    np.save(f"{folder}/variance.npy", sigma**2)
    np.savez(f"{folder}/both.npz", W=W, b=b, c=c, sigma=sigma, variance=(sigma**2).astype("f4"))
    np.savez(f"{folder}/scalar.npz", W=W, b=b, c=c, sigma=0.5)
    quadratic = ((v - b) ** 2 / (2 * 0.25)).sum(1)
    save("scalar", states, quadratic - h @ c - np.einsum("si,ij,sj->s", v / 0.25, W, h))
    np.savez(f"{folder}/contrary.npz", W=W, b=b, c=c, sigma=sigma, variance=sigma)
    np.savez(f"{folder}/centred_gaussian.npz", W=W, b=b, c=c, sigma=sigma, ov=ov)

    W, b = random.normal(size=(2, 3, 2)), random.normal(size=(2, 3))
    v, h, states = joined(one_hot, all_states(2, bits))
    save("categorical", states, energy(v, h, b.ravel(), c, W.reshape(6, 2)))
    np.savez(f"{folder}/categorical.npz", W=W, b=b, c=c)
    np.savez(f"{folder}/turned.npz", W=W.transpose(2, 0, 1), b=b, c=c)
    write_julia(f"{folder}/julia_potts.h5", ("Potts", b.T[None]), ("Binary", c[None]), W.transpose(1, 0, 2))
    np.savez(f"{folder}/flat.npz", W=W.reshape(6, 2), b=b.ravel(), c=c)

    deep = {f"W_{k}": random.normal(size=(4 - k, 3 - k)) for k in range(3)} | {
        f"b_{k}": random.normal(size=4 - k) for k in range(4)}
    np.savez(f"{folder}/deep.npz", **deep)
    np.savez(f"{folder}/deep_turned.npz", **{"net." + k: x.T for k, x in deep.items()})
    np.savez(f"{folder}/belief.npz", V_0=random.normal(size=(4, 3)), r_0=random.normal(size=3), **deep)
    states = all_states(10, bits)
    layers = np.split(states, [4, 7, 9], axis=1)
    save("deep", states, sum(-x @ deep[f"b_{k}"] for k, x in enumerate(layers)) - sum(
        np.einsum("si,ij,sj->s", layers[k], deep[f"W_{k}"], layers[k + 1]) for k in range(3)))

    J = random.normal(size=(5, 5))
    J = np.triu(J, 1) + np.triu(J, 1).T
    b, states = random.normal(size=5), all_states(5, spins)
    save("boltzmann", states, -0.5 * np.einsum("si,ij,sj->s", states, J, states) - states @ b)
    np.savez(f"{folder}/boltzmann.npz", W=J, b=b)
    np.savez(f"{folder}/centred_boltzmann.npz", W=J, b=b, ov=b)
    patterns = np.array([[1, -1, 1, 1, -1], [1, 1, -1, 1, 1]])
    np.savez(f"{folder}/hopfield_biased.npz", xi=patterns, b=b)
    np.savez(f"{folder}/hopfield_W.npz", xi=patterns, W=J)
    np.savez(f"{folder}/hopfield.npz", xi=np.array([[1, -1, 1, 1, -1], [1, 1, -1, 1, 1]]))
    np.save(f"{folder}/dim.npy", np.array([[0, 16, 9, 0], [8, 16, 0, 4]], dtype="f8"))
    with open(f"{folder}/weights.pkl", "wb") as out:
        pickle.dump({"W": J}, out)
    np.save(f"{folder}/data.npy", np.array([[0, 1, 1, 0], [0, 1, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0]], dtype="u1"))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
