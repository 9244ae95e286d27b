"""The making of the offline speech model: espeak-ng's voices, a telephone line's damage, the network, its export."""
