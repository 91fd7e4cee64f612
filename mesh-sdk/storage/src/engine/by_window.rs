//! Which statements give for each window of a dataset what it gives alone.

use std::sync::Arc;

use deltalake::datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use deltalake::datafusion::common::{Column, DFSchema};
use deltalake::datafusion::logical_expr::utils::split_conjunction;
use deltalake::datafusion::logical_expr::{
    Aggregate, Distinct, Expr, Join, JoinType, LogicalPlan, Operator, Projection, TableScan, Union,
    Unnest, Volatility, Window,
};

use super::windows::{WINDOW_END, WINDOW_START};

/// Which bound of its window a column tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bound {
    Start,
    End,
}

/// Of each column, which bound it tells; nothing where the rows are not those of windows.
type Bounds = Option<Vec<Option<Bound>>>;

/// Whether the rows of a plan come window by window of the table `over`, and say of which; or what it does instead.
pub(crate) fn by_window(plan: &LogicalPlan, over: &str) -> Result<(), String> {
    is_the_same_each_time(plan, over)?;
    let Some(bounds) = bounds(plan, over)? else {
        return Err(format!("it does not read {over}, whose windows it is over"));
    };
    for (column, bound) in [(WINDOW_START, Bound::Start), (WINDOW_END, Bound::End)] {
        let tells = |(field, found): (&Arc<_>, &Option<Bound>)| {
            let field: &arrow_schema::Field = field;
            field.name() == column && *found == Some(bound)
        };
        if !plan.schema().fields().iter().zip(&bounds).any(tells) {
            return Err(format!(
                "its answer does not have the column {column} of {over} as it is"
            ));
        }
    }
    Ok(())
}

/// The windows are told apart by columns, so each operator has to keep the rows of one from those of another.
fn bounds(plan: &LogicalPlan, over: &str) -> Result<Bounds, String> {
    match plan {
        LogicalPlan::TableScan(scan) => Ok(of_scan(scan, over)),
        LogicalPlan::EmptyRelation(_) | LogicalPlan::Values(_) => Ok(None),
        LogicalPlan::Join(join) => of_join(join, over),
        LogicalPlan::Union(union) => of_union(union, over),
        other => match other.inputs().as_slice() {
            [input] => match bounds(input, over)? {
                Some(bounds) => of_one(other, input.schema(), bounds).map(Some),
                None => Ok(None),
            },
            _ => Err("it does more than choose, compute, join and aggregate rows".to_owned()),
        },
    }
}

fn of_scan(scan: &TableScan, over: &str) -> Bounds {
    let bound = |field: &arrow_schema::FieldRef| match field.name().as_str() {
        WINDOW_START => Some(Bound::Start),
        WINDOW_END => Some(Bound::End),
        _ => None,
    };
    let fields = scan.projected_schema.fields().iter();
    (scan.table_name.table() == over).then(|| fields.map(bound).collect())
}

/// Of a plan with one input, whose columns tell `bounds`.
fn of_one(
    plan: &LogicalPlan,
    input: &DFSchema,
    bounds: Vec<Option<Bound>>,
) -> Result<Vec<Option<Bound>>, String> {
    let told = |expression: &Expr| told(expression, input, &bounds);
    let tells_window = |expressions: &[Expr]| expressions.iter().any(|part| told(part).is_some());
    let refused = |what: &str| Err(what.to_owned());
    match plan {
        LogicalPlan::Filter(_) | LogicalPlan::SubqueryAlias(_) => Ok(bounds),
        LogicalPlan::Sort(sort) if sort.fetch.is_none() => Ok(bounds),
        LogicalPlan::Projection(Projection { expr, .. }) => Ok(expr.iter().map(told).collect()),
        LogicalPlan::Unnest(Unnest {
            dependency_indices, ..
        }) => Ok(dependency_indices
            .iter()
            .map(|from| bounds[*from])
            .collect()),
        LogicalPlan::Aggregate(Aggregate {
            group_expr,
            aggr_expr,
            ..
        }) if tells_window(group_expr) => {
            let groups = group_expr.iter().map(told);
            Ok(groups.chain(aggr_expr.iter().map(|_| None)).collect())
        }
        LogicalPlan::Aggregate(_) => {
            refused("it aggregates over several windows: group by window_start and window_end")
        }
        LogicalPlan::Window(Window { window_expr, .. }) => {
            if window_expr.iter().all(|call| tells_window(partition(call))) {
                let added = window_expr.iter().map(|_| None);
                return Ok(bounds.iter().copied().chain(added).collect());
            }
            refused("it uses a window function over several windows: partition by window_start")
        }
        LogicalPlan::Distinct(Distinct::All(_)) if bounds.iter().any(Option::is_some) => Ok(bounds),
        LogicalPlan::Distinct(Distinct::On(distinct)) if tells_window(&distinct.on_expr) => {
            Ok(distinct.select_expr.iter().map(told).collect())
        }
        LogicalPlan::Distinct(_) => {
            refused("it removes duplicates over several windows: choose window_start, too")
        }
        LogicalPlan::Sort(_) | LogicalPlan::Limit(_) => refused("it limits the number of its rows"),
        _ => refused("it does more than choose, compute, join and aggregate rows"),
    }
}

fn of_join(join: &Join, over: &str) -> Result<Bounds, String> {
    let left = bounds(&join.left, over)?;
    let right = bounds(&join.right, over)?;
    let nothing = |plan: &LogicalPlan| vec![None; plan.schema().fields().len()];
    // Which side's rows are there with what belongs to them, and not because nothing does.
    let (of_left, of_right) = match (&left, &right) {
        (None, None) => return Ok(None),
        (Some(_), None) => (true, false),
        (None, Some(_)) => (false, true),
        (Some(left), Some(right)) if meets_in_window(join, left, right) => (true, true),
        (Some(_), Some(_)) => {
            return Err(format!(
                "it joins {over} with itself: join on window_start, too"
            ));
        }
    };
    let left = left.unwrap_or_else(|| nothing(&join.left));
    let right = right.unwrap_or_else(|| nothing(&join.right));
    let keeps = match join.join_type {
        JoinType::Inner => [left, right].concat(),
        JoinType::Left if of_left => [left, nothing(&join.right)].concat(),
        JoinType::Right if of_right => [nothing(&join.left), right].concat(),
        JoinType::LeftSemi | JoinType::LeftAnti if of_left => left,
        JoinType::RightSemi | JoinType::RightAnti if of_right => right,
        _ => {
            return Err(format!(
                "it joins {over} so that rows of another dataset are there without a window"
            ));
        }
    };
    Ok(Some(keeps))
}

/// Whether only rows of the same window belong together.
fn meets_in_window(join: &Join, left: &[Option<Bound>], right: &[Option<Bound>]) -> bool {
    let same = |one: &Expr, other: &Expr| {
        let one = told(one, join.left.schema(), left);
        one.is_some() && one == told(other, join.right.schema(), right)
    };
    let equal = |one: &Expr, other: &Expr| same(one, other) || same(other, one);
    let filters = join.filter.iter().flat_map(split_conjunction);
    let mut filters = filters.filter_map(|filter| match filter {
        Expr::BinaryExpr(pair) if pair.op == Operator::Eq => Some(pair),
        _ => None,
    });
    join.on.iter().any(|(one, other)| equal(one, other))
        || filters.any(|pair| equal(&pair.left, &pair.right))
}

fn of_union(union: &Union, over: &str) -> Result<Bounds, String> {
    let mut all = Vec::new();
    for input in &union.inputs {
        all.push(bounds(input, over)?);
    }
    let mixed = || Err(format!("it puts rows of {over} and others together"));
    let Some(first) = all.first().cloned().flatten() else {
        return if all.iter().all(Option::is_none) {
            Ok(None)
        } else {
            mixed()
        };
    };
    if all.iter().any(Option::is_none) {
        return mixed();
    }
    let same = |place: usize| {
        all.iter()
            .flatten()
            .all(|other| other.get(place) == first.get(place))
    };
    let agreed = (0..first.len()).map(|place| first[place].filter(|_| same(place)));
    Ok(Some(agreed.collect()))
}

/// Which bound the value of an expression is: a column, by whatever name.
fn told(expression: &Expr, schema: &DFSchema, bounds: &[Option<Bound>]) -> Option<Bound> {
    match expression {
        Expr::Alias(alias) => told(&alias.expr, schema, bounds),
        Expr::Column(column) => place(schema, column).and_then(|place| bounds[place]),
        _ => None,
    }
}

fn place(schema: &DFSchema, column: &Column) -> Option<usize> {
    schema.maybe_index_of_column(column)
}

fn partition(call: &Expr) -> &[Expr] {
    match call {
        Expr::Alias(alias) => partition(&alias.expr),
        Expr::WindowFunction(call) => &call.params.partition_by,
        _ => &[],
    }
}

/// Whether a window has the same rows whenever it is made: no answer of the clock or of chance, and no look at the rows
/// of other windows from within an expression.
fn is_the_same_each_time(plan: &LogicalPlan, over: &str) -> Result<(), String> {
    let mut reason = None;
    let walked = plan.apply_with_subqueries(|operator| {
        operator.apply_expressions(|expression| {
            expression.apply(|part| {
                reason = reason.take().or_else(|| depends(part, over));
                Ok(match reason {
                    Some(_) => TreeNodeRecursion::Stop,
                    None => TreeNodeRecursion::Continue,
                })
            })
        })
    });
    match (reason, walked) {
        (Some(reason), _) => Err(reason),
        (None, Err(error)) => Err(error.strip_backtrace()),
        (None, Ok(_)) => Ok(()),
    }
}

fn depends(part: &Expr, over: &str) -> Option<String> {
    let queried = match part {
        Expr::ScalarFunction(call) => {
            let changes = call.func.signature().volatility != Volatility::Immutable;
            return changes
                .then(|| format!("it calls {}(), whose answer changes", call.func.name()));
        }
        Expr::Exists(exists) => &exists.subquery,
        Expr::InSubquery(within) => &within.subquery,
        Expr::SetComparison(comparison) => &comparison.subquery,
        Expr::ScalarSubquery(subquery) => subquery,
        _ => return None,
    };
    reads(&queried.subquery, over)
        .then(|| format!("it has a query over {over} within an expression"))
}

fn reads(plan: &LogicalPlan, table: &str) -> bool {
    let found = plan.exists(|part| {
        Ok(matches!(part, LogicalPlan::TableScan(scan) if scan.table_name.table() == table))
    });
    found.unwrap_or(true)
}

#[cfg(test)]
mod tests;
