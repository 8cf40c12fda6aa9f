// What a process shares, keys and verdicts about signatures, is made for one thread, as a simulation is.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
