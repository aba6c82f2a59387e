# Answers of design_share by R's survey package, made once: Rscript make.R (in this folder).
# Written out: answers.csv (the sample), population.csv, expected.json (what survey gives).
suppressPackageStartupMessages(library(survey))
set.seed(20200225)
strata <- c("A", "B", "C"); people <- c(A = 900, B = 2400, C = 1300); m <- c(A = 4, B = 6, C = 5)
rows <- do.call(rbind, lapply(strata, function(s) do.call(rbind, lapply(seq_len(m[[s]]), function(c) {
  n <- sample(5:9, 1); p <- plogis(rnorm(1, 1.2, 0.7))
  data.frame(stratum = s, cluster = paste0(s, c), yes = rbinom(n, 1, p), weight = round(runif(n, 20, 60), 2))
}))))
write.csv(rows, "answers.csv", row.names = FALSE, quote = FALSE)
write.csv(data.frame(stratum = strata, population = people), "population.csv", row.names = FALSE, quote = FALSE)
n <- table(rows$stratum)
rows$fraction <- as.numeric(n[rows$stratum] / people[rows$stratum])
# The finite population correction of a stratum is its share of respondents.
design <- svydesign(ids = ~cluster, strata = ~stratum, weights = ~weight, fpc = ~fraction, data = rows)
mean <- svymean(~yes, design)
plain <- svydesign(ids = ~cluster, strata = ~stratum, weights = ~weight, data = rows)
without <- svymean(~yes, plain)
cat(sprintf('{"version": "survey %s, %s",\n "estimate": %.10f,\n "standard_error": %.10f,\n "standard_error_without_correction": %.10f,\n "df": %d}\n',
  packageVersion("survey"), R.version.string, coef(mean), SE(mean), SE(without), degf(design)), file = "expected.json")
