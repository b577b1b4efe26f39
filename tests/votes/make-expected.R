#!/usr/bin/env Rscript
# Makes expected-models.json: what lme4 says of complete.csv and incomplete.csv, which make-expected.py draws.
#
#     apt-get install r-base-core r-cran-lme4 r-cran-lmertest r-cran-emmeans r-cran-jsonlite
#     cd tests/votes && Rscript make-expected.R
#
# Made with R 4.2.2, lme4 1.1-31, lmerTest 3.1-3, emmeans 1.8.4-1.

suppressMessages({ library(lmerTest); library(emmeans); library(jsonlite) })
emm_options(lmer.df = "satterthwaite")
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e5))

expect <- function(file) {
  votes <- read.csv(file)
  for (column in c("listener", "item", "condition")) votes[[column]] <- factor(votes[[column]])
  votes$stimulus <- factor(paste(votes$item, votes$condition))
  fit <- lmer(score ~ condition + (1 | listener) + (1 | item) + (1 | stimulus), votes, control = control)
  means <- summary(emmeans(fit, "condition"))
  agree <- as.data.frame(VarCorr(lmer(score ~ 1 + (1 | stimulus) + (1 | listener), votes, control = control)))
  agree <- setNames(agree$vcov, agree$grp)
  anova <- anova(fit)
  deviations <- as.data.frame(VarCorr(fit))
  list(
    means = setNames(as.list(means$emmean), means$condition),
    low = setNames(as.list(means$lower.CL), means$condition),
    high = setNames(as.list(means$upper.CL), means$condition),
    variances = setNames(as.list(deviations$vcov), deviations$grp),
    f = anova[["F value"]], error_degrees = anova[["DenDF"]], p = anova[["Pr(>F)"]],
    icc_single = agree[["stimulus"]] / sum(agree),
    icc_consistency = agree[["stimulus"]] / (agree[["stimulus"]] + agree[["Residual"]]))
}

expected <- list(complete = expect("complete.csv"), incomplete = expect("incomplete.csv"))
write_json(expected, "expected-models.json", auto_unbox = TRUE, digits = NA, pretty = TRUE)
