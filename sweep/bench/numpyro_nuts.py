"""NumPyro: its NUTS on the density written by hand, chains one after another."""

import jax
from numpyro.infer import MCMC, NUTS

from sweep.bench.case import Case, Sampler
from sweep.bench.outer_sum import as_draws, log_density, start
from sweep.inference.checkpoints import Draws

__all__ = ["make_numpyro"]


def make_numpyro(case: Case) -> Sampler:
    """Return NumPyro's sampler; it compiles when it is first called."""
    settings, density = case.peers_settings, log_density(case)
    kernel = NUTS(
        potential_fn=lambda point: -density(point), target_accept_prob=settings.target_accept
    )
    chains = MCMC(
        kernel,
        num_warmup=settings.tune,
        num_samples=settings.draws,
        num_chains=settings.chains,
        chain_method="sequential",
        progress_bar=False,
    )

    def sampled(seed: int) -> Draws:
        first, second = jax.random.split(jax.random.PRNGKey(seed))
        points = jax.vmap(lambda key: start(case, key))(jax.random.split(second, settings.chains))
        chains.run(first, init_params=points)
        return as_draws(jax.block_until_ready(chains.get_samples(group_by_chain=True)))

    return sampled
