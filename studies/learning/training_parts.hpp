/// Which keys have a part in which training. A key that has none is refused where a person gave it
/// (studies/study/assemble.hpp), with the words that stand here.
#pragma once

#include "studies/study/schema.hpp"

namespace gibbsite::part {

/// Of [model].
Condition layers();       ///< Boltzmann machines have layers of units
Condition units();        ///< units are binary or spin as asked: all but hopfield
Condition visible();      ///< the visible layer may be of another kind: rbm, boltzmann
Condition categorical();  ///< units of several states
Condition graph();        ///< boltzmann
Condition couplings();    ///< bonds or couplings of a file
Condition lattice();      ///< boltzmann on a lattice

/// Of [data].
Condition validation_labels();  ///< data.validation is a file, and so are the labels
Condition reweight();           ///< samples may have weights
Condition pseudocount();        ///< uniform units among the data

/// Of [training].
Condition updates();            ///< parameters move by updates: all but hopfield
Condition by_steps();           ///< small ones, not all at once
Condition gradients();          ///< by gradients
Condition batches();            ///< of batches
Condition epochs();             ///< their number counts
Condition steps();              ///< chains are swept
Condition chains();             ///< there are so many of them
Condition rungs();              ///< tempering
Condition noise();              ///< nce
Condition resample();           ///< jarzynski
Condition layout();             ///< there is another than the plain one
Condition damping();            ///< natural steps
Condition centered();           ///< all others
Condition penalty();            ///< there are penalties
Condition hidden();             ///< there are hidden units
Condition variance();           ///< gaussian units
Condition patience();           ///< there are validation data
Condition snapshots();          ///< methods that keep none of their own
Condition start();              ///< learning may begin at a model
Condition spread();             ///< it begins at random weights
Condition density();            ///< the model is a density, of which states are drawn and ln Z is found
Condition truth();              ///< couplings are learned
Condition rounds();             ///< dbm
Condition pretrain();           ///< and its layers may learn by themselves
Condition pretraining();        ///< and its layers learn by themselves
Condition updown();             ///< dbn
Condition going_up_and_down();  ///< and it learns so

}  // namespace gibbsite::part
