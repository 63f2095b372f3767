# Fit one outcome's cells with rstanarm: rstanarm.R FOLDER, which holds cells.csv and settings.csv.
# Writes draws.csv: a row per draw, chain after chain.
folder <- commandArgs(TRUE)[1]
suppressPackageStartupMessages(library(rstanarm))
cells <- read.csv(file.path(folder, "cells.csv"))
asked <- read.csv(file.path(folder, "settings.csv"), stringsAsFactors = FALSE)
for (name in grep("^g", names(cells), value = TRUE)) cells[[name]] <- factor(cells[[name]])
slopes <- grep("^x", names(cells), value = TRUE)
given <- list(
  formula = as.formula(asked$formula), data = cells, family = binomial(),
  prior_intercept = normal(0, asked$intercept, autoscale = FALSE),
  prior_covariance = decov(shape = 1, scale = asked$scale),
  chains = asked$chains, iter = asked$tune + asked$draws, warmup = asked$tune, cores = 1,
  seed = asked$seed, refresh = 0, adapt_delta = asked$accept
)
if (length(slopes)) {
  sds <- as.numeric(strsplit(as.character(asked$slopes), " ")[[1]])
  given$prior <- normal(0, sds, autoscale = FALSE)
}
fit <- do.call(stan_glmer, given)
draws <- as.array(fit) # iteration, chain, parameter
made <- matrix(draws, nrow = prod(dim(draws)[1:2]), dimnames = list(NULL, dimnames(draws)[[3]]))
write.csv(made, file.path(folder, "draws.csv"), row.names = FALSE)
