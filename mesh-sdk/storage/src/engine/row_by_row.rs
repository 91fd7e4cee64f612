//! Which statements give for each row of a dataset what it gives alone.

use deltalake::datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use deltalake::datafusion::logical_expr::{Expr, LogicalPlan, Volatility};

/// Whether running a statement on new rows alone, and appending, gives what running it on all rows gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incremental {
    /// It does: each row of `dataset` counts by itself.
    RowByRow { dataset: String },
    /// It does not, or it is not sure to.
    Whole {
        /// What the statement does that prevents it, as in "it aggregates".
        reason: String,
    },
}

/// The one table whose rows the plan takes one by one, or what it does instead.
pub(crate) fn source(plan: &LogicalPlan) -> Result<String, String> {
    for expression in plan.expressions() {
        by_itself(&expression)?;
    }
    let what = match plan {
        LogicalPlan::Projection(_)
        | LogicalPlan::Filter(_)
        | LogicalPlan::SubqueryAlias(_)
        | LogicalPlan::Unnest(_) => match plan.inputs().as_slice() {
            [input] => return source(input),
            _ => "it reads more than one table",
        },
        LogicalPlan::TableScan(scan) if scan.fetch.is_none() => {
            return Ok(scan.table_name.table().to_owned());
        }
        LogicalPlan::Aggregate(_) => "it aggregates",
        LogicalPlan::Window(_) => "it uses a window function",
        LogicalPlan::Distinct(_) => "it removes duplicates",
        LogicalPlan::Sort(_) => "it sorts its rows",
        LogicalPlan::Limit(_) => "it limits the number of its rows",
        LogicalPlan::Join(_) => "it joins datasets",
        LogicalPlan::Union(_) => "it puts the rows of several queries together",
        LogicalPlan::Subquery(_) => "it has a query within an expression",
        LogicalPlan::RecursiveQuery(_) => "it is recursive",
        LogicalPlan::EmptyRelation(_) | LogicalPlan::Values(_) => "it reads no dataset",
        LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) => "it explains and gives no rows",
        _ => "it does more than choose and compute columns and rows",
    };
    Err(what.to_owned())
}

/// Whether an expression has the same value for the same row, whatever else there is and whenever it is asked.
fn by_itself(expression: &Expr) -> Result<(), String> {
    let mut reason = None;
    let walked = expression.apply(|part| {
        reason = depends(part);
        Ok(match reason {
            Some(_) => TreeNodeRecursion::Stop,
            None => TreeNodeRecursion::Continue,
        })
    });
    match (reason, walked) {
        (Some(reason), _) => Err(reason),
        (None, Err(error)) => Err(error.strip_backtrace()),
        (None, Ok(_)) => Ok(()),
    }
}

/// What an expression depends on besides the row, if it does. One that nobody thought of here counts as if it did.
fn depends(expression: &Expr) -> Option<String> {
    let what = match expression {
        Expr::Alias(_)
        | Expr::Column(_)
        | Expr::Literal(..)
        | Expr::BinaryExpr(_)
        | Expr::Like(_)
        | Expr::SimilarTo(_)
        | Expr::Not(_)
        | Expr::IsNotNull(_)
        | Expr::IsNull(_)
        | Expr::IsTrue(_)
        | Expr::IsFalse(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNotFalse(_)
        | Expr::IsNotUnknown(_)
        | Expr::Negative(_)
        | Expr::Between(_)
        | Expr::Case(_)
        | Expr::Cast(_)
        | Expr::TryCast(_)
        | Expr::InList(_)
        | Expr::Unnest(_) => return None,
        Expr::ScalarFunction(call) => {
            return (call.func.signature().volatility != Volatility::Immutable)
                .then(|| format!("it calls {}(), whose answer changes", call.func.name()));
        }
        Expr::AggregateFunction(_) => "it aggregates",
        Expr::WindowFunction(_) => "it uses a window function",
        Expr::Exists(_)
        | Expr::InSubquery(_)
        | Expr::SetComparison(_)
        | Expr::ScalarSubquery(_)
        | Expr::OuterReferenceColumn(..) => "it has a query within an expression",
        other => return Some(format!("it uses {}", other.variant_name())),
    };
    Some(what.to_owned())
}
