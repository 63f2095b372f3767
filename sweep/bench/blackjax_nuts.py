"""BlackJAX: its NUTS with window adaptation on the density written by hand, one chain at a time."""

from typing import Any

import blackjax
import jax
import jax.numpy as jnp

from sweep.bench.case import Case, Sampler
from sweep.bench.outer_sum import as_draws, log_density, start
from sweep.inference.checkpoints import Draws

__all__ = ["make_blackjax"]


def make_blackjax(case: Case) -> Sampler:
    """Return BlackJAX's sampler; it compiles when it is first called."""
    settings, density = case.peers_settings, log_density(case)

    def chain(key: Any) -> Any:
        begin, tune, draw = jax.random.split(key, 3)
        adaptation = blackjax.window_adaptation(
            blackjax.nuts, density, target_acceptance_rate=settings.target_accept
        )
        (state, parameters), _ = adaptation.run(tune, start(case, begin), num_steps=settings.tune)
        step = blackjax.nuts(density, **parameters).step

        def draw_one(state: Any, key: Any) -> tuple[Any, Any]:
            state, _ = step(key, state)
            return state, state.position

        return jax.lax.scan(draw_one, state, jax.random.split(draw, settings.draws))[1]

    compiled = jax.jit(chain)

    def sampled(seed: int) -> Draws:
        keys = jax.random.split(jax.random.PRNGKey(seed), settings.chains)
        chains = [jax.block_until_ready(compiled(key)) for key in keys]
        return as_draws(jax.tree.map(lambda *parts: jnp.stack(parts), *chains))

    return sampled
