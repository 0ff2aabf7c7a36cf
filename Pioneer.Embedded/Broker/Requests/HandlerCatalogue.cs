using System.Globalization;
using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Faults;
using Pioneer.Embedded.Broker.Groups;
using Pioneer.Embedded.Broker.Log;
using Pioneer.Embedded.Broker.Security;
using Pioneer.Embedded.Broker.Transactions;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Everything handlers call.</summary>
internal sealed record BrokerServices(
    EmbeddedBrokerOptions Options, MetadataStore Metadata, TopicService Topics, LogManager Logs, GroupCoordinator Groups,
    TransactionCoordinator Transactions, Authorizer Authorizer, ClientQuotas Quotas, SaslAuthenticator Sasl, BrokerFaults Faults, TimeProvider Time);

/// <summary>One handler an API, for every API that is described.</summary>
internal static class HandlerCatalogue
{
    public static IReadOnlyList<IRequestHandler> Create(BrokerServices services)
    {
        var (options, metadata, topics, logs, groups, transactions, authorizer, quotas, sasl, faults, time) = services;
        var brokers = new BrokerConfigService(metadata, topics, options.NodeId.ToString(CultureInfo.InvariantCulture));
        var configs = new ConfigAlteration(topics, brokers, authorizer);
        return
        [
            new ApiVersionsHandler(),
            new SaslHandshakeHandler(sasl),
            new SaslAuthenticateHandler(sasl),
            new MetadataHandler(metadata, topics, authorizer, options),
            new DescribeClusterHandler(metadata, authorizer, options),
            new FindCoordinatorHandler(authorizer, options),
            new CreateTopicsHandler(topics, authorizer),
            new DeleteTopicsHandler(topics, authorizer),
            new CreatePartitionsHandler(topics, authorizer),
            new DescribeConfigsHandler(topics, metadata, authorizer, options),
            new AlterConfigsHandler(configs),
            new IncrementalAlterConfigsHandler(configs),
            new DescribeAclsHandler(metadata, authorizer),
            new CreateAclsHandler(metadata, authorizer),
            new DeleteAclsHandler(metadata, authorizer),
            new DescribeUserScramCredentialsHandler(metadata, authorizer),
            new AlterUserScramCredentialsHandler(metadata, authorizer),
            new DescribeClientQuotasHandler(metadata, authorizer),
            new AlterClientQuotasHandler(metadata, authorizer),
            new ProduceHandler(topics, transactions, authorizer, quotas, faults),
            new FetchHandler(topics, authorizer, quotas, time),
            new ListOffsetsHandler(topics, authorizer),
            new OffsetForLeaderEpochHandler(topics, authorizer),
            new DeleteRecordsHandler(topics, authorizer),
            new JoinGroupHandler(groups, authorizer),
            new SyncGroupHandler(groups, authorizer),
            new HeartbeatHandler(groups, authorizer),
            new LeaveGroupHandler(groups, authorizer),
            new OffsetCommitHandler(topics, groups, authorizer),
            new OffsetFetchHandler(groups, authorizer),
            new OffsetDeleteHandler(topics, groups, authorizer),
            new ListGroupsHandler(groups, authorizer),
            new DescribeGroupsHandler(groups, authorizer),
            new DeleteGroupsHandler(groups, authorizer),
            new InitProducerIdHandler(transactions, authorizer),
            new AddPartitionsToTxnHandler(topics, transactions, authorizer),
            new AddOffsetsToTxnHandler(transactions, authorizer),
            new EndTxnHandler(transactions, authorizer),
            new TxnOffsetCommitHandler(topics, transactions, authorizer),
            new ListTransactionsHandler(transactions, authorizer),
            new DescribeTransactionsHandler(transactions, authorizer),
            new DescribeProducersHandler(topics, authorizer),
            new ElectLeadersHandler(topics, authorizer),
            new AlterPartitionReassignmentsHandler(topics, authorizer, options),
            new ListPartitionReassignmentsHandler(authorizer),
            new DescribeTopicPartitionsHandler(topics, authorizer, options),
            new DescribeLogDirsHandler(topics, logs, authorizer, options),
        ];
    }
}
