//! From an ONNX graph to steps.

use std::collections::HashMap;
use std::rc::Rc;

use crate::ModelError;
use crate::exec::attributes::{invalid, shown};
use crate::exec::constants::constant;
use crate::exec::operators::dispatch;
use crate::exec::signature::Input;
use crate::exec::steps::Step;
use crate::exec::values::{Constant, Kind, Matrix, Value};
use crate::onnx::proto::{GraphProto, NodeProto};

/// The columns that all values of a graph may have together. Far above any tabular model, and what keeps a hostile
/// file, which may concatenate a value with itself at every node, from using up memory.
const MAX_COLUMNS: usize = 1 << 16;

/// A graph being compiled: the values named so far and the steps that make them.
pub(crate) struct Compiler {
    values: HashMap<String, Value>,
    steps: Vec<Step>,
    columns: usize,
    spent: usize,
}

impl Compiler {
    /// Compiles every node, in the file's order, which ONNX wants topological: a cycle reads a value before it is made.
    pub(crate) fn compile(graph: &GraphProto, inputs: &[Input]) -> Result<Self, ModelError> {
        let mut compiler = Self {
            values: HashMap::new(),
            steps: Vec::new(),
            columns: 0,
            spent: 0,
        };
        for tensor in &graph.initializer {
            compiler.name(&tensor.name, constant(tensor)?)?;
        }
        for input in inputs {
            let matrix = Matrix {
                columns: compiler.allocate(input.width())?.into(),
                dims: input.dims.clone(),
                kind: Kind::Float,
            };
            compiler.name(&input.name, Value::Matrix(matrix))?;
        }
        for node in &graph.node {
            let made = dispatch::compile(&mut compiler, node)?;
            if node.output.len() > made.len() {
                return Err(invalid(
                    node,
                    format!(
                        "{} outputs, the operator has {}",
                        node.output.len(),
                        made.len()
                    ),
                ));
            }
            for (name, value) in node.output.iter().zip(made) {
                compiler.name(name, value)?;
            }
        }
        Ok(compiler)
    }

    /// The steps in order, and how many scratch columns they use. The inputs' columns are the first.
    pub(crate) fn into_steps(self) -> (Vec<Step>, usize) {
        (self.steps, self.columns)
    }

    /// The value of this name, if something made it.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// The tensor that is input `i` of this node.
    pub(crate) fn matrix(&self, node: &NodeProto, i: usize) -> Result<Matrix, ModelError> {
        match self.input(node, i)? {
            Value::Matrix(matrix) | Value::Position { matrix, .. } => Ok(matrix.clone()),
            _ => Err(invalid(node, format!("input {i} is not a tensor of rows"))),
        }
    }

    /// The tensor of floats that is input `i` of this node.
    pub(crate) fn floats(&self, node: &NodeProto, i: usize) -> Result<Matrix, ModelError> {
        match self.matrix(node, i)? {
            matrix if matrix.kind == Kind::Float => Ok(matrix),
            _ => Err(invalid(
                node,
                format!("input {i} is not a tensor of floats"),
            )),
        }
    }

    /// The constant integers that are input `i` of this node.
    pub(crate) fn integers(&self, node: &NodeProto, i: usize) -> Result<&[i64], ModelError> {
        match self.input(node, i)? {
            Value::Integers(integers) => Ok(&integers.values),
            _ => Err(invalid(
                node,
                format!("input {i} is not a constant of integers"),
            )),
        }
    }

    /// The constant that is input `i` of this node, if it is one of numbers or of integers that fit an `f32`.
    pub(crate) fn constant(
        &self,
        node: &NodeProto,
        i: usize,
    ) -> Result<Option<Rc<Constant<f32>>>, ModelError> {
        Ok(match self.input(node, i)? {
            Value::Numbers(numbers) => Some(numbers.clone()),
            Value::Integers(integers) => {
                let exact = |&value: &i64| (value as f32 as i64 == value).then_some(value as f32);
                let values: Option<Vec<f32>> = integers.values.iter().map(exact).collect();
                let dims = integers.dims.clone();
                values.map(|values| Rc::new(Constant { values, dims }))
            }
            _ => None,
        })
    }

    /// Whether the node has an input `i`: one without a name is left out.
    pub(crate) fn has(node: &NodeProto, i: usize) -> bool {
        node.input.get(i).is_some_and(|name| !name.is_empty())
    }

    /// The value that is input `i` of this node.
    pub(crate) fn input(&self, node: &NodeProto, i: usize) -> Result<&Value, ModelError> {
        let name = node
            .input
            .get(i)
            .ok_or_else(|| invalid(node, format!("input {i} is missing")))?;
        let unknown = || {
            invalid(
                node,
                format!("input `{}` is made by nothing before it", shown(name)),
            )
        };
        self.values.get(name).ok_or_else(unknown)
    }

    /// Counts the columns of a new value against the bound on them all.
    pub(crate) fn spend(&mut self, columns: usize) -> Result<(), ModelError> {
        self.spent = self.spent.saturating_add(columns);
        if self.spent > MAX_COLUMNS {
            return Err(ModelError::model(format!(
                "its values have more than {MAX_COLUMNS} columns"
            )));
        }
        Ok(())
    }

    /// Fresh scratch columns, numbered above all before them.
    pub(crate) fn allocate(&mut self, width: usize) -> Result<Vec<usize>, ModelError> {
        self.spend(width)?;
        let first = self.columns;
        self.columns += width;
        Ok((first..self.columns).collect())
    }

    /// Adds a step. It writes columns that were allocated after those it reads.
    pub(crate) fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    fn name(&mut self, name: &str, value: Value) -> Result<(), ModelError> {
        // An output without a name is one that nobody reads.
        if !name.is_empty() && self.values.insert(name.to_owned(), value).is_some() {
            return Err(ModelError::model(format!(
                "two values are named `{}`",
                shown(name)
            )));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
