# Values of CR2 and Satterthwaite degrees of freedom by clubSandwich, made once:
#   Rscript clubsandwich.R > clubsandwich.csv        (in this folder; R is not needed by the tests)
# clustered.csv is made up: 20 units with 1 to 5 projects over at most 4 years, unbalanced.
suppressMessages({library(clubSandwich); library(plm)})
d <- read.csv("clustered.csv")
d$year <- factor(d$year)
out <- function(model, fit, cluster, terms) {
  v <- vcovCR(fit, cluster = cluster, type = "CR2")
  s <- coef_test(fit, vcov = v, test = "Satterthwaite")
  df <- if ("df_Satt" %in% names(s)) s$df_Satt else s$df
  p <- if ("p_Satt" %in% names(s)) s$p_Satt else s$p_val
  rows <- match(terms, s$Coef)
  cat(sprintf("%s,%s,%.10g,%.10g,%.10g,%.10g\n", model, terms, s$beta[rows], s$SE[rows], df[rows], p[rows]), sep = "")
}
cat("# ", R.version.string, "; clubSandwich ", as.character(packageVersion("clubSandwich")),
    "; plm ", as.character(packageVersion("plm")), "\n", sep = "")
cat("model,term,estimate,se,df,p\n")
out("pooled", lm(y ~ base + score + kind, d), d$unit, c("base", "score", "kind"))
out("years", lm(y ~ base + score + kind + year, d), d$unit, c("base", "score", "kind"))
out("dummies", lm(y ~ base + score + other + treated + year + unit, d), d$unit, c("base", "score", "other", "treated"))
p <- pdata.frame(d, index = c("project", "year"))
out("within", plm(y ~ score + other, p, model = "within", effect = "individual"), d$project, c("score", "other"))
out("twoways", plm(y ~ score + other + treated, p, model = "within", effect = "twoways"), d$project, c("score", "other", "treated"))
out("twoways_by_unit", lm(y ~ score + other + treated + year + project, d), d$unit, c("score", "other", "treated"))
