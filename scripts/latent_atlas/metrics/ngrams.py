"""Text: bits per character, and the n-gram model that a recurrent network has to beat."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable


def bits_per_char(nats_per_char: float) -> float:
    """Turns a mean cross-entropy in nats (what Keras calls the loss) into bits.

    Args:
        nats_per_char: mean of -ln p(character), >= 0.

    Raises:
        ValueError: negative or not finite.
    """
    if not (math.isfinite(nats_per_char) and nats_per_char >= 0.0):
        raise ValueError(f"nats per character must be finite and not negative, got {nats_per_char}")
    return float(nats_per_char) / math.log(2.0)


def ngram_bits_per_char(train: str, test: str, order: int) -> float:
    """Bits per character of an interpolated character n-gram model on held-out text.

    The alphabet is every character of either text: the network is given the same one. The test text starts
    without any context, as it does for the network.

    Args:
        train: text to count, not empty.
        test: text to predict, not empty.
        order: n, the character itself included, >= 1; 5 or 6 suits a megabyte of English.

    Raises:
        ValueError: an empty text, or order < 1.
    """
    if not test:
        raise ValueError("test: the text is empty")
    model = NgramModel(train, order, set(train) | set(test))
    nats = -math.fsum(
        math.log(model.probability(test[max(at - order + 1, 0) : at], character)) for at, character in enumerate(test)
    )
    return bits_per_char(nats / len(test))


class NgramModel:
    """A character n-gram model with interpolated Kneser-Ney smoothing.

        p_m(c | h) = max(N_m(h c) - D_m, 0) / N_m(h)  +  D_m T_m(h) / N_m(h) * p_{m-1}(c | h')

    N_m(h) is the sum of N_m(h c) over c, T_m(h) how many c have N_m(h c) > 0, and h' is h without its first
    character; a context never seen is passed down to the shorter one. At the highest order N_m counts
    occurrences, below it the different characters seen before h c (a short context is only asked when the
    longer one failed, so what matters is in how many places it occurs). Below the single characters lies the
    uniform distribution over the alphabet, so that nothing has probability 0.

    Kneser and Ney, "Improved backing-off for m-gram language modeling", 1995; the interpolated form and the
    discount D = n1 / (n1 + 2 n2) from Chen and Goodman, "An empirical study of smoothing techniques for
    language modeling", 1998.
    """

    def __init__(self, train: str, order: int, alphabet: Iterable[str]) -> None:
        """Counts `train`.

        Args:
            train: text, not empty.
            order: n, >= 1.
            alphabet: every character that may be asked for; must hold those of `train`.

        Raises:
            ValueError: an empty text, order < 1, or a character of `train` outside the alphabet.
        """
        if not train:
            raise ValueError("train: the text is empty")
        if order < 1:
            raise ValueError(f"order must be at least 1, got {order}")
        self.order = order
        self.alphabet = frozenset(alphabet)
        if not self.alphabet.issuperset(train):
            raise ValueError(f"alphabet: lacks {sorted(set(train) - self.alphabet)}")

        # One table per order, from single characters up: context -> how often (or in how many places) each
        # follows.
        self._counts: list[dict[str, dict[str, int]]] = []
        for length in range(1, order + 1):
            grams = Counter(train[at : at + length] for at in range(len(train) - length + 1))
            if length < order:
                longer = {train[at : at + length + 1] for at in range(len(train) - length)}
                grams = Counter(gram[1:] for gram in longer)
            table: dict[str, dict[str, int]] = defaultdict(dict)
            for gram, count in grams.items():
                table[gram[:-1]][gram[-1]] = count
            self._counts.append(dict(table))
        self._totals = [{context: sum(row.values()) for context, row in table.items()} for table in self._counts]
        self._discounts = [_discount(table) for table in self._counts]

    def probability(self, context: str, character: str) -> float:
        """p(character | context), > 0; sums to 1 over the alphabet for every context.

        Args:
            context: the text before; only its last order - 1 characters are used, fewer are allowed.
            character: one character of the alphabet.

        Raises:
            ValueError: a character outside the alphabet.
        """
        if character not in self.alphabet:
            raise ValueError(f"{character!r} is not in the alphabet")
        probability = 1.0 / len(self.alphabet)
        for length in range(min(len(context), self.order - 1) + 1):
            history = context[len(context) - length :]
            followers = self._counts[length].get(history)
            if followers is None:
                break  # no longer context can have been seen either
            discount, total = self._discounts[length], self._totals[length][history]
            spared = discount * len(followers) * probability
            probability = (max(followers.get(character, 0) - discount, 0.0) + spared) / total
        return probability


def _discount(table: dict[str, dict[str, int]]) -> float:
    """n1 / (n1 + 2 n2), n1 and n2 being how many counts are 1 and 2: by how much a count overstates."""
    ones = sum(count == 1 for row in table.values() for count in row.values())
    twos = sum(count == 2 for row in table.values() for count in row.values())
    # In a text too short or too regular to have both, the formula says 0 (nothing unseen is possible) or 1
    # (nothing seen is believed) or 0 / 0; half is the usual guess.
    return ones / (ones + 2 * twos) if ones and twos else 0.5
