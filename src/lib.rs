//! What a CloudFormation stack tree costs and whether it is safe, per environment and offline.
