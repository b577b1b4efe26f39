#!/usr/bin/env Rscript
# Makes balanced.csv, unbalanced.csv and expected.json: rankings by R, which tests/cli/rank.rs holds basilar to.
#
#     apt-get install r-base-core r-cran-lme4 r-cran-lmertest r-cran-emmeans r-cran-multcomp r-cran-jsonlite
#     cd tests/ranking && Rscript make-expected.R
#
# Made with R 4.2.2, lme4 1.1-31, lmerTest 3.1-3, emmeans 1.8.4-1, multcomp 1.4-22. The scores are drawn with a fixed
# seed and are nobody's.

suppressMessages({ library(lmerTest); library(emmeans); library(multcomp); library(jsonlite) })
emm_options(lmer.df = "satterthwaite")
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e5))

set.seed(7)
design <- expand.grid(item = 1:4, talker = paste0("t", 1:5), codec = c("opus", "lc3", "mp3"), bitrate = c(16, 24, 32))
quality <- c("opus 16" = 3.9, "opus 24" = 4.3, "opus 32" = 4.35, "lc3 16" = 3.2, "lc3 24" = 3.8, "lc3 32" = 4.25,
             "mp3 16" = 2.4, "mp3 24" = 3.1, "mp3 32" = 3.6)
design$system <- paste(design$codec, design$bitrate)
of <- function(groups, sd) { groups <- factor(groups); rnorm(nlevels(groups), 0, sd)[groups] }
design$mos_lqo <- quality[design$system] + of(design$talker, 0.15) + of(paste(design$talker, design$system), 0.1) +
  of(paste(design$talker, design$item), 0.12) + rnorm(nrow(design), 0, 0.12)
design$mos_lqo <- round(pmin(design$mos_lqo, 4.99), 4)
balanced <- design[, c("codec", "bitrate", "talker", "item", "mos_lqo")]
gaps <- sample(nrow(balanced), 45)
unbalanced <- balanced[-gaps, ]
unbalanced <- unbalanced[!(unbalanced$codec == "mp3" & unbalanced$talker == "t5"), ]

expect <- function(data) {
  data$system <- factor(paste(data$codec, data$bitrate))
  data$talker <- factor(data$talker)
  data$thing <- factor(paste(data$talker, data$item))
  data$cell <- factor(paste(data$talker, data$system))
  fit <- lmer(mos_lqo ~ system + (1 | talker) + (1 | cell) + (1 | thing), data, control = control)
  means <- emmeans(fit, "system")
  table <- summary(means)
  systems <- lapply(seq_len(nrow(table)), function(i) list(
    system = as.character(table$system[i]), mean = table$emmean[i], low = table$lower.CL[i], high = table$upper.CL[i]))
  differences <- function(adjust) {
    found <- summary(pairs(means), infer = c(TRUE, TRUE), adjust = adjust)
    lapply(seq_len(nrow(found)), function(i) list(
      pair = as.character(found$contrast[i]), difference = found$estimate[i], standard_error = found$SE[i],
      degrees = found$df[i], low = found$lower.CL[i], high = found$upper.CL[i], p = found$p.value[i]))
  }
  margin <- 0.3
  against <- contrast(means, "trt.vs.ctrl", ref = which(levels(data$system) == "opus 24"))
  one_sided <- function(side) summary(against, infer = c(FALSE, TRUE), delta = margin, side = side, adjust = "holm")
  same <- one_sided("equivalence"); no_worse <- one_sided("noninferiority")
  equivalences <- lapply(seq_len(nrow(same)), function(i) list(
    pair = as.character(same$contrast[i]), difference = same$estimate[i], p_equivalent = same$p.value[i],
    p_no_worse = no_worse$p.value[i]))
  letters <- cld(means, Letters = base::letters, adjust = "tukey", reversed = TRUE)
  anova <- anova(fit)
  deviations <- as.data.frame(VarCorr(fit))
  list(systems = systems, tukey = differences("tukey"), holm = differences("holm"), equivalences = equivalences,
       letters = setNames(as.list(trimws(letters$.group)), as.character(letters$system)),
       variances = setNames(as.list(deviations$vcov), deviations$grp),
       f = anova[["F value"]], error_degrees = anova[["DenDF"]], p = anova[["Pr(>F)"]])
}

write.csv(balanced, "balanced.csv", row.names = FALSE, quote = FALSE)
write.csv(unbalanced, "unbalanced.csv", row.names = FALSE, quote = FALSE)
expected <- list(balanced = expect(balanced), unbalanced = expect(unbalanced))
write_json(expected, "expected.json", auto_unbox = TRUE, digits = NA, pretty = TRUE)
